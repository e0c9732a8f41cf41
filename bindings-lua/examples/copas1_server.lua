--- This file is about a server on the first Copas, which knows nothing of TLS: its coroutines wait
-- for sockets that say "timeout". peercert's say "wantread" and "wantwrite"; this makes them one.
-- It has no deadlines for who does not read its answer.
--
-- Usage: lua5.1 copas1_server.lua certificate.pem key.pem client-ca.pem MODE [PORT [OPTION=VALUE]...]

package.path = package.path .. ";" .. (arg[0]:match("^.*/") or "./") .. "?.lua"

local copas = require("copas")
local http = require("server.http")
local socket = require("socket")
local start = require("server.start")

local acceptor, port = start.acceptor(arg)
local server = start.listen(port)

local TIMEOUT = { wantread = "timeout", wantwrite = "timeout" }

-- What Copas waits for: it asks for `getfd` and `dirty`, and closes it when its coroutine has ended.
local function class()
  local made = {}
  made.__index = made

  function made:getfd()
    return self.socket:getfd()
  end

  -- Before each wait: who is late goes on, and finds that out.
  function made:dirty()
    return self.socket:dirty() or self:late()
  end

  function made:late()
    return self.ends <= socket.gettime()
  end

  function made:close()
    return self.socket:close()
  end

  return made
end

local Waiting, Shaking, Leaving = class(), class(), class()

local function waiting(class_, on, seconds)
  return setmetatable({ socket = on, ends = socket.gettime() + seconds }, class_)
end

function Waiting:receive(pattern, prefix)
  local text, word, partial = self.socket:receive(pattern, prefix)
  if TIMEOUT[word] and self:late() then
    return nil, "closed", partial
  end
  return text, TIMEOUT[word] or word, partial
end

function Waiting:send(bytes, first, last)
  local sent, word, place = self.socket:send(bytes, first, last)
  return sent, TIMEOUT[word] or word, place
end

-- The handshake in the same form: what waits to read is "received", what waits to write is "sent".
function Shaking:receive()
  local done, err = self.socket:handshake()
  if err == "wantread" and self:late() then
    return nil, "late"
  end
  return done, TIMEOUT[err == "wantread" and err] or err
end

function Shaking:send(_, first)
  local done, err = self.socket:handshake()
  return done, TIMEOUT[err == "wantwrite" and err] or err, first - 1
end

-- A refused client, which is read from until it has read its alert and gone.
function Leaving:receive()
  local _, word = self.socket:receive(16384)
  if word == "closed" or self:late() then
    return nil, "closed"
  end
  return nil, "timeout"
end

local function handshake(connection)
  local shaking = waiting(Shaking, connection, acceptor:handshake_timeout())
  local done, err
  repeat
    done, err = copas.receive(shaking)
    if err == "wantwrite" then
      done, err = copas.send(shaking, "")
    end
  until err ~= "wantread" and err ~= "wantwrite"
  return done, err
end

copas.addserver(server, function(plain)
  plain:setoption("tcp-nodelay", true)
  local connection = assert(acceptor:wrap(plain))
  connection:settimeout(0)
  local done, err = handshake(connection)
  if done then
    local client = waiting(Waiting, connection, start.REQUEST_SECONDS)
    http.converse(copas.wrap(client), function()
      return connection:json()
    end, function()
      client.ends = socket.gettime() + start.REQUEST_SECONDS
    end)
  elseif err == "late" then
    start.log_timeout()
  else
    copas.receive(waiting(Leaving, plain, start.GOODBYE_SECONDS))
  end
  connection:close()
end)

-- Who is late is looked for each time that nothing has happened for so long.
copas.loop(0.2)
