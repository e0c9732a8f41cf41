--- This file is about connections over a socket, in the shape of LuaSec's: methods, patterns, and the
-- words "wantread", "wantwrite", "timeout" and "closed".
--
-- In: a LuaSocket object or a descriptor. Out: an object that a LuaSocket server takes for its own.

local arguments = require("peercert.arguments")
local caller = require("peercert.caller")
local errors = require("peercert.errors")
local luasec = require("peercert.luasec")
local native = require("peercert.native")

local check, checked_self = arguments.check, arguments.checked_self
local concat, find, gsub, sub = table.concat, string.find, string.gsub, string.sub

local Socket = caller.connections("peercert.Socket")
luasec.extend(Socket)

-- How much is read at once: what a TLS record holds.
local RECORD = 16384

local socket = {}

--- Makes a connection over a LuaSocket object or a descriptor, for the method of that name.
function socket.wrap(acceptor, client, name)
  local fd, plain = client, nil
  if type(client) ~= "number" then
    local found, getfd = pcall(function()
      return client.getfd
    end)
    if not found or type(getfd) ~= "function" then
      error("bad argument #1 to '" .. name .. "' (socket: no getfd; a LuaSocket object or a descriptor expected)", 3)
    end
    fd, plain = getfd(client), client
  end
  if type(fd) ~= "number" or fd % 1 ~= 0 or fd > 2 ^ 31 - 1 then
    error("bad argument #1 to '" .. name .. "' (socket: no descriptor)", 3)
  end
  local over, err = errors.answer(acceptor.native:over(math.max(fd, -1)))
  if not over then
    return nil, err
  end
  local made = { native = over, acceptor = acceptor, plain = plain, fd = fd, wanted = "nothing" }
  made.buffer, made.place, made.block, made.total = "", 1, -1, -1
  return setmetatable(made, Socket)
end

-- When a call has to end, by the clock that only goes forward; nil for no such time.
local function ending(self)
  return self.total > 0 and native.now() + self.total or nil
end

-- How long the next step of a call may wait, in seconds; negative for ever.
local function wait(self, ends)
  local block = self.block
  if self.total == 0 then
    return 0
  end
  if ends and block ~= 0 then
    -- Not 0, which would mean: do not wait, and say so.
    local left = math.max(ends - native.now(), 1e-9)
    return block < 0 and left or math.min(block, left)
  end
  return block
end

local WORDS = { wantread = "read", wantwrite = "write" }

-- The result of a native call as LuaSec gives it: errors become words, and the table is kept.
local function worded(self, value, err)
  if value ~= nil then
    self.wanted = "nothing"
    return value
  end
  if type(err) == "string" then
    self.wanted = WORDS[err] or "nothing"
    return nil, err
  end
  self.wanted = "nothing"
  self.failure = err
  if err.code == "io.timeout" then
    return nil, "timeout"
  end
  if err.code == "peer.closed" or err.code == "state.closed" then
    return nil, "closed"
  end
  return nil, tostring(err)
end

-- Whether the connection has its socket. A script may close the LuaSocket object itself: its
-- descriptor may then be another client's.
local function open(self)
  if self.plain and not self.closed and self.plain:getfd() ~= self.fd then
    self.closed = true
  end
  return not self.closed
end

-- The answer of a handshake: what the connection waits for, or has failed with, is kept.
local function shaken(self, value, failure)
  local done, err = caller.handshaken(self, errors.answer(value, failure))
  self.wanted = type(err) == "string" and WORDS[err] or "nothing"
  if type(err) == "table" then
    self.failure = err
  end
  return done, err
end

--- Does the handshake; true, or nil and the error as a table with the report on who was refused, or
-- "wantread" and "wantwrite" when it may not wait.
function Socket:handshake()
  checked_self("handshake", self, Socket)
  if not open(self) then
    return nil, errors.new("state.closed", "the connection is closed")
  end
  return shaken(self, self.native:handshake(wait(self, ending(self))))
end

--- Asks the client for its certificate though the handshake has ended (TLS 1.3, OpenSSL), and waits for
-- the answer, `handshake_timeout` at most; as `handshake`, with which to go on after "wantread" and
-- "wantwrite".
function Socket:request_certificate()
  checked_self("request_certificate", self, Socket)
  if not open(self) then
    return nil, errors.new("state.closed", "the connection is closed")
  end
  return shaken(self, self.native:request_certificate(wait(self, ending(self))))
end

--- Does the handshake, as LuaSec says it: true, or false and a text.
function Socket:dohandshake()
  checked_self("dohandshake", self, Socket)
  if not open(self) then
    return false, "closed"
  end
  local done, err = caller.handshaken(self, errors.answer(self.native:handshake(wait(self, ending(self)))))
  local _, word = worded(self, done, err)
  return done == true, word
end

-- Reads more; nil and a word when there is none.
local function more(self, ends)
  local text, word = worded(self, caller.read(self, errors.answer(self.native:read(RECORD, wait(self, ends)))))
  if not text then
    return nil, word
  end
  if text == "" then
    self.ended = true
    return nil, "closed"
  end
  return text
end

-- Takes up to so many of the bytes that are held: `buffer` from `place` on.
local function taken(self, count)
  local buffer, place = self.buffer, self.place
  local last = place + count - 1
  if last < #buffer then
    self.place = last + 1
  else
    self.buffer, self.place = "", 1
  end
  return sub(buffer, place, last)
end

-- As LuaSocket: a carriage return is no part of a line, wherever it stands.
local function without_returns(line)
  if find(line, "\r", 1, true) then
    return (gsub(line, "\r", ""))
  end
  return line
end

-- The next line, when all of it is held.
local function held_line(self)
  local place = self.place
  local newline = find(self.buffer, "\n", place, true)
  return newline and without_returns(sub(taken(self, newline - place + 1), 1, -2))
end

local function receive_line(self, ends)
  local line = held_line(self)
  if line then
    return line
  end
  local parts = { taken(self, #self.buffer) }
  while true do
    local text, word = more(self, ends)
    if not text then
      return nil, word, without_returns(concat(parts))
    end
    local newline = find(text, "\n", 1, true)
    if newline then
      self.buffer = text
      parts[#parts + 1] = sub(taken(self, newline), 1, -2)
      return without_returns(concat(parts))
    end
    parts[#parts + 1] = text
  end
end

-- Receives until there are so many bytes, or without end for no number.
local function receive_count(self, count, ends)
  local parts = { taken(self, count or #self.buffer) }
  local missing = count and count - #parts[1] or 1
  while missing > 0 do
    local text, word = more(self, ends)
    if not text then
      return nil, word, concat(parts)
    end
    if count then
      if #text > missing then
        self.buffer = text
        text = taken(self, missing)
      end
      missing = missing - #text
    end
    parts[#parts + 1] = text
  end
  return concat(parts)
end

local function receive_all(self, ends)
  local _, word, partial = receive_count(self, nil, ends)
  -- As LuaSocket: the end is an error only where nothing came before it. One that the client has not
  -- said itself may be anybody's, and what came so far is not all.
  if self.ended and word == "closed" and partial ~= "" then
    return partial
  end
  return nil, word, partial
end

--- Receives a line ("*l"), all that comes ("*a") or so many bytes, after a prefix that was received
-- before. Otherwise nil, a word, and what came so far.
function Socket:receive(pattern, prefix)
  checked_self("receive", self, Socket)
  if prefix == nil and (pattern == nil or pattern == "*l") then
    -- Most lines of a request's head come with the first.
    local line = held_line(self)
    if line then
      return line
    end
  end
  check("receive", 1, "pattern", pattern, "string", "number", "nil")
  check("receive", 2, "prefix", prefix, "string", "number", "nil")
  pattern, prefix = pattern or "*l", tostring(prefix or "")
  if not open(self) then
    return nil, "closed", prefix
  end
  local ends = ending(self)
  local text, word, partial
  if type(pattern) == "number" then
    if pattern ~= 0 then
      arguments.count("receive", 1, "pattern", pattern)
    end
    local count = pattern - #prefix
    if count <= 0 then
      return prefix
    end
    text, word, partial = receive_count(self, count, ends)
  else
    local kind = pattern:match("^%*?([la])")
    if kind == "l" then
      text, word, partial = receive_line(self, ends)
    elseif kind == "a" then
      text, word, partial = receive_all(self, ends)
    else
      error("bad argument #1 to 'receive' (pattern: '*l', '*a' or a number expected, got '" .. pattern .. "')", 2)
    end
  end
  if text then
    return prefix .. text
  end
  return nil, word, prefix .. partial
end

--- Sends bytes, or a part of them. The place of the last byte sent; or nil, a word, and that place.
function Socket:send(bytes, first, last)
  checked_self("send", self, Socket)
  check("send", 1, "bytes", bytes, "string", "number")
  check("send", 2, "first", first, "number", "nil")
  check("send", 3, "last", last, "number", "nil")
  bytes = tostring(bytes)
  first, last = first or 1, last or -1
  arguments.whole("send", 2, "first", first)
  arguments.whole("send", 3, "last", last)
  if first < 0 then
    first = math.max(#bytes + first + 1, 1)
  end
  first = math.max(first, 1)
  if last < 0 then
    last = #bytes + last + 1
  end
  last = math.min(last, #bytes)
  if last < #bytes then
    bytes = bytes:sub(1, last)
  end
  if not open(self) then
    return nil, "closed", first - 1
  end
  local sent, ends = first - 1, ending(self)
  while sent < last do
    local count, word = worded(self, errors.answer(self.native:write(bytes, sent, wait(self, ends))))
    if not count then
      return nil, word, sent
    end
    sent = sent + count
  end
  return sent
end

--- How long calls may wait, in seconds; nothing or a negative number for ever, 0 not at all. The mode
-- is "b", each wait by itself, or "t", the whole call.
function Socket:settimeout(seconds, mode)
  checked_self("settimeout", self, Socket)
  check("settimeout", 1, "seconds", seconds, "number", "nil")
  check("settimeout", 2, "mode", mode, "string", "nil")
  seconds = seconds or -1
  arguments.no_nan("settimeout", 1, "seconds", seconds)
  if seconds < 0 then
    seconds = -1
  end
  mode = mode or "b"
  if mode == "b" then
    self.block = seconds
  elseif mode == "t" or mode == "r" then
    self.total = seconds
  else
    error("bad argument #2 to 'settimeout' (mode: 'b' or 't' expected, got '" .. mode .. "')", 2)
  end
  -- As LuaSocket.
  return 1
end

--- The descriptor, for `socket.select`; -1 when closed.
function Socket:getfd()
  checked_self("getfd", self, Socket)
  return open(self) and self.fd or -1
end

--- Whether bytes can be received that `socket.select` does not see.
function Socket:dirty()
  checked_self("dirty", self, Socket)
  return open(self) and (self.buffer ~= "" or self.native:pending() > 0)
end

--- What the last call waits for: "read", "write" or "nothing".
function Socket:want()
  checked_self("want", self, Socket)
  return self.wanted
end

--- The error table behind the last word, with its code and, for a refusal, the report.
function Socket:lasterror()
  checked_self("lasterror", self, Socket)
  return self.failure
end

--- Says goodbye, without waiting for the client's, and closes the socket.
function Socket:close()
  checked_self("close", self, Socket)
  if not open(self) then
    return true
  end
  self.closed, self.buffer, self.place = true, "", 1
  self.native:goodbye(0)
  if self.plain then
    self.plain:close()
  end
  return true
end

function Socket:__close()
  self:close()
end

function Socket:__tostring()
  return "SSL connection: " .. (open(self) and tostring(self.fd) or "closed")
end

-- What is the socket's own.
for _, name in ipairs({ "getpeername", "getsockname", "getstats", "setstats", "setoption" }) do
  Socket[name] = function(self, ...)
    checked_self(name, self, Socket)
    if not self.plain then
      return nil, "the connection is over a bare descriptor"
    end
    if not open(self) then
      return nil, "closed"
    end
    return self.plain[name](self.plain, ...)
  end
end

return socket
