--- Mutual TLS for Lua servers: client-certificate modes, and who the client is as a plain table.
--
-- This file is about the module `peercert`: acceptors and certificates. What can go wrong in
-- operation is `nil, err`; a wrong argument raises an error that names it. `err` is a table with
-- `kind`, `code`, `message`, `context`, `problems` and, when a client was refused, `clientcert`;
-- `tostring(err)` is a line for a log.

local arguments = require("peercert.arguments")
local caller = require("peercert.caller")
local connection = require("peercert.connection")
local errors = require("peercert.errors")
local forwarded = require("peercert.forwarded")
local native = require("peercert.native")
local socket = require("peercert.socket")

local check, checked_self = arguments.check, arguments.checked_self

local peercert = {}

--- The dictionary of a certificate, PEM (the first of several) or DER, told by content.
function peercert.certinfo(data)
  check("certinfo", 1, "data", data, "string")
  return errors.answer(native.certinfo(data))
end

--- The same of a file.
function peercert.certinfo_file(path)
  check("certinfo_file", 1, "path", path, "string")
  return errors.answer(native.certinfo_file(path))
end

--- The dictionaries of all certificates of a bundle: PEM, PKCS#7, or PKCS#12 with its password.
function peercert.certinfos(data, password)
  check("certinfos", 1, "data", data, "string")
  check("certinfos", 2, "password", password, "string", "nil")
  return errors.answer(native.certinfos(data, password))
end

--- The report on a client of a host that ends TLS itself (nginx, HAProxy, lighttpd): of the
-- certificate, PEM or DER, "" or nil for none, and of the verdict as that host tells it, text or
-- number. What is not understood is not verified.
function peercert.report(certificate, verdict)
  check("report", 1, "certificate", certificate, "string", "nil")
  check("report", 2, "verdict", verdict, "string", "number", "nil")
  if type(verdict) == "number" then
    -- A whole number has no point, in any Lua; "%d" would raise an error for one beyond an integer.
    verdict = verdict % 1 == 0 and ("%.0f"):format(verdict) or tostring(verdict)
  end
  return caller.report(errors.answer(native.report(certificate or "", verdict or "")))
end

local function rules_of(made, err)
  if not made then
    return nil, err
  end
  return setmetatable({ native = made }, caller.Rules)
end

--- Rules that map certificates to users: a text as a file has it, one rule in a line; or a list with a
-- table for each rule. Every problem comes at once, in `err.problems`.
function peercert.rules(rules)
  check("rules", 1, "rules", rules, "string", "table")
  return rules_of(errors.answer(native.rules(rules)))
end

--- The same of a file.
function peercert.rules_file(path)
  check("rules_file", 1, "path", path, "string")
  return rules_of(errors.answer(native.rules_file(path)))
end

--- Which proxies are trusted to say who the client is: a table of options for each. Without any nobody
-- is, and headers are only stripped. Every problem comes at once, in `err.problems`.
function peercert.forwarded(...)
  for position = 1, select("#", ...) do
    local options = select(position, ...)
    check("forwarded", position, "options", options, "table")
  end
  return forwarded.new(...)
end

--- Whether the value of a request's `Authorization` (nil is none) passes for one of the form "basicauth":
-- from a client it is an attempt to be somebody else.
function peercert.is_fake_basic_auth(authorization)
  check("is_fake_basic_auth", 1, "authorization", authorization, "string", "nil")
  return authorization ~= nil and native.is_fake_basic_auth(authorization)
end

--- The versions, ours and the TLS library's.
function peercert.version()
  return native.version()
end

local Acceptor = {}
Acceptor.__index = Acceptor
Acceptor.__name = "peercert.Acceptor"

--- An acceptor of options by name. Every problem comes at once, in `err.problems`.
function peercert.acceptor(options)
  check("acceptor", 1, "options", options, "table")
  local made, err = errors.answer(native.acceptor(options))
  if not made then
    return nil, err
  end
  return setmetatable({ native = made }, Acceptor)
end

--- A connection without a socket: bytes in, bytes out.
function Acceptor:connection()
  checked_self("connection", self, Acceptor)
  local made, err = errors.answer(self.native:connection())
  if not made then
    return nil, err
  end
  return connection.new(made, self)
end

--- A connection over a LuaSocket object or a file descriptor, before its handshake. A LuaSocket
-- object belongs to the connection from now on: `close` closes it. A bare descriptor stays yours.
function Acceptor:wrap(client)
  checked_self("wrap", self, Acceptor)
  check("wrap", 1, "socket", client, "number", "table", "userdata")
  -- No tail call: an error has to blame who called this.
  local wrapped, err = socket.wrap(self, client, "wrap")
  return wrapped, err
end

--- The same with its handshake done, within the option `handshake_timeout`.
function Acceptor:accept(client)
  checked_self("accept", self, Acceptor)
  check("accept", 1, "socket", client, "number", "table", "userdata")
  local wrapped, err = socket.wrap(self, client, "accept")
  if not wrapped then
    return nil, err
  end
  local ends = native.now() + self:handshake_timeout()
  local done, refused
  repeat
    wrapped:settimeout(math.max(ends - native.now(), 1e-9))
    done, refused = wrapped:handshake()
    -- A signal does not end it.
  until done or refused.code ~= "io.interrupted"
  wrapped:settimeout(nil)
  if not done then
    return nil, refused
  end
  return wrapped
end

--- The client-certificate mode by its name.
function Acceptor:mode()
  checked_self("mode", self, Acceptor)
  return self.native:mode()
end

--- How many seconds a handshake may take.
function Acceptor:handshake_timeout()
  checked_self("handshake_timeout", self, Acceptor)
  return self.native:handshake_timeout()
end

--- What is odd about the configuration but does not prevent it: a list of sentences.
function Acceptor:warnings()
  checked_self("warnings", self, Acceptor)
  return self.native:warnings()
end

--- Reads every file anew, and uses them from now on: true; or nil and the error, with every problem, and
-- what was there before is still used.
function Acceptor:reload()
  checked_self("reload", self, Acceptor)
  return errors.answer(self.native:reload())
end

--- Reloads by itself when a file has been replaced; a thread looks at intervals of so many seconds, until
-- this is called again, with 0 for no watch. It cannot call anything of Lua's: `reload_error` tells.
function Acceptor:watch(seconds)
  checked_self("watch", self, Acceptor)
  check("watch", 1, "seconds", seconds, "number")
  return errors.answer(self.native:watch(seconds))
end

--- Why the last reload failed; nil when it did not, or there was none.
function Acceptor:reload_error()
  checked_self("reload_error", self, Acceptor)
  return errors.named(self.native:reload_error())
end

--- What has become of the handshakes since the acceptor was made, reloads or not.
function Acceptor:counters()
  checked_self("counters", self, Acceptor)
  return self.native:counters()
end

--- Sets a function that is told the error of each handshake that fails. What it raises is lost: it
-- decides nothing.
function Acceptor:on_refusal(callback)
  checked_self("on_refusal", self, Acceptor)
  check("on_refusal", 1, "callback", callback, "function", "nil")
  self.told = callback
end

return peercert
