--- This file is about connections without a socket: bytes in, bytes out.
--
-- A call that cannot go on yet gives `nil, "wantread"` (feed more) or `nil, "wantwrite"` (send what
-- `take` gives). A connection stays callable after an error: what is left to take is the alert.

local arguments = require("peercert.arguments")
local caller = require("peercert.caller")
local errors = require("peercert.errors")

local check, checked_self = arguments.check, arguments.checked_self

local Connection = caller.connections("peercert.Connection")

local connection = {}

function connection.new(native, acceptor)
  return setmetatable({ native = native, acceptor = acceptor }, Connection)
end

--- Takes in bytes from the client.
function Connection:feed(bytes)
  checked_self("feed", self, Connection)
  check("feed", 1, "bytes", bytes, "string")
  return errors.answer(self.native:feed(bytes))
end

--- Says that the client sends no more.
function Connection:feed_eof()
  checked_self("feed_eof", self, Connection)
  self.native:feed_eof()
end

--- How many bytes of ciphertext the next step needs.
function Connection:wants()
  checked_self("wants", self, Connection)
  return self.native:wants()
end

--- Takes the bytes that have to go to the client; "" when there are none.
function Connection:take()
  checked_self("take", self, Connection)
  return self.native:take()
end

--- Advances the handshake; true when it is done.
function Connection:handshake()
  checked_self("handshake", self, Connection)
  return caller.handshaken(self, errors.answer(self.native:handshake()))
end

--- Asks the client for its certificate though the handshake has ended (TLS 1.3, OpenSSL): nil and
-- "wantread". Send what `take` gives, and call `handshake` until it is true.
function Connection:request_certificate()
  checked_self("request_certificate", self, Connection)
  return caller.handshaken(self, errors.answer(self.native:request_certificate()))
end

--- Reads up to `size` bytes of plaintext, at most one TLS record; "" when the client has ended the
-- connection properly.
function Connection:read(size)
  checked_self("read", self, Connection)
  check("read", 1, "size", size, "number", "nil")
  return caller.read(self, errors.answer(self.native:read(arguments.count("read", 1, "size", size or 16384))))
end

--- Writes plaintext; how many bytes were taken.
function Connection:write(bytes)
  checked_self("write", self, Connection)
  check("write", 1, "bytes", bytes, "string")
  return errors.answer(self.native:write(bytes))
end

--- Says goodbye; true when the client has done so, too.
function Connection:close()
  checked_self("close", self, Connection)
  return errors.answer(self.native:close())
end

--- How many bytes of plaintext can be read without more bytes from the client.
function Connection:pending()
  checked_self("pending", self, Connection)
  return self.native:pending()
end

function Connection:__close()
  self.native:close()
end

return connection
