--- This file is about a server on luv (libuv): the loop moves the bytes, and a connection without a
-- socket turns them into plaintext and back. A coroutine for each client waits for the loop.
--
-- Usage: lua luv_server.lua certificate.pem key.pem client-ca.pem MODE [PORT [OPTION=VALUE]...]

package.path = package.path .. ";" .. (arg[0]:match("^.*/") or "./") .. "?.lua"

local uv = require("luv")
local http = require("server.http")
local start = require("server.start")

-- How long a line may be.
local LINE = 16384

local acceptor, port = start.acceptor(arg)

local Client = {}
Client.__index = Client

local clients = {}

local function close(handle)
  if not uv.is_closing(handle) then
    uv.close(handle)
  end
end

-- Lets the loop go on until something calls `resume`; true unless the client has to go.
function Client.wait()
  return coroutine.yield()
end

function Client:resume(going)
  local done, err = coroutine.resume(self.coroutine, going)
  if not done then
    io.stderr:write("error: ", tostring(err), "\n")
    self:leave()
  end
end

-- Sends what the connection has for the client, and waits until it is sent: who does not read is
-- not answered further.
function Client:flush()
  local bytes = self.connection:take()
  if bytes == "" then
    return true
  end
  local sent = uv.write(self.tcp, bytes, function(err)
    self:resume(not err)
  end)
  return sent and self.wait()
end

-- Waits for bytes of the client. The loop reads no more than what is waited for.
function Client:fill()
  local begun = uv.read_start(self.tcp, function(err, bytes)
    uv.read_stop(self.tcp)
    -- An error is an end like any other: the connection tells what it means.
    if bytes and not err then
      self.connection:feed(bytes)
    else
      self.connection:feed_eof()
    end
    self:resume(true)
  end)
  return begun and self.wait()
end

-- Calls a method of the connection until it gives a result; nil and the error otherwise.
function Client:drive(method, ...)
  while true do
    local result, err = method(self.connection, ...)
    -- Whatever came of it: an alert wants to be sent, too.
    local sent = self:flush()
    if result ~= nil or type(err) == "table" then
      return result, err
    end
    if not sent and not self.gone then
      -- The connection tells what that means.
      self.gone = true
      self.connection:feed_eof()
    elseif not sent or (err == "wantread" and not self:fill()) then
      return nil, "closed"
    end
  end
end

-- Adds plaintext to what is held; nil at its end.
function Client:more()
  local text = self:drive(self.connection.read, 16384)
  if not text or text == "" then
    return nil
  end
  return text
end

function Client:receive_line()
  while true do
    local line, rest = self.held:match("^(.-)\r?\n(.*)$")
    if line then
      self.held = rest
      return line
    end
    local text = #self.held < LINE and self:more()
    if not text then
      return nil, "closed"
    end
    self.held = self.held .. text
  end
end

function Client:receive_count(count)
  local parts, have = { self.held }, #self.held
  while have < count do
    local text = self:more()
    if not text then
      return nil, "closed"
    end
    parts[#parts + 1], have = text, have + #text
  end
  local all = table.concat(parts)
  self.held = all:sub(count + 1)
  return all:sub(1, count)
end

function Client:receive(pattern)
  if pattern == "*l" then
    return self:receive_line()
  end
  return self:receive_count(pattern)
end

function Client:send(bytes)
  local sent = 0
  while sent < #bytes do
    local count = self:drive(self.connection.write, bytes:sub(sent + 1, sent + 16384))
    if not count then
      return nil, "closed"
    end
    sent = sent + count
  end
  return sent
end

-- From now on the client has so many seconds.
function Client:within(seconds, late)
  uv.timer_start(self.timer, math.floor(seconds * 1000), 0, function()
    if late then
      late()
    end
    self:leave()
  end)
end

function Client:leave()
  clients[self] = nil
  close(self.tcp)
  close(self.timer)
end

-- Ends our side, and reads what a refused client still sends, until it has read its alert and gone.
function Client:linger()
  self:within(start.GOODBYE_SECONDS)
  uv.shutdown(self.tcp)
  uv.read_start(self.tcp, function(_, bytes)
    if not bytes then
      self:leave()
    end
  end)
end

function Client:serve()
  self:within(acceptor:handshake_timeout(), start.log_timeout)
  if not self:drive(self.connection.handshake) then
    return self:linger()
  end
  http.converse(self, function()
    return self.connection:json()
  end, function()
    self:within(start.REQUEST_SECONDS)
  end)
  self.connection:close()
  self:flush()
  self:leave()
end

local server = uv.new_tcp()
assert(uv.tcp_bind(server, "127.0.0.1", port))
assert(uv.listen(server, 128, function(err)
  local tcp = uv.new_tcp()
  local connection = not err and uv.accept(server, tcp) and acceptor:connection()
  if not connection then
    uv.close(tcp)
    return
  end
  uv.tcp_nodelay(tcp, true)
  local client = { tcp = tcp, connection = connection, timer = uv.new_timer(), held = "" }
  setmetatable(client, Client)
  clients[client] = true
  client.coroutine = coroutine.create(client.serve)
  local going, why = coroutine.resume(client.coroutine, client)
  if not going then
    io.stderr:write("error: ", tostring(why), "\n")
    client:leave()
  end
end))

local ending = uv.new_signal()
uv.signal_start(ending, "sigterm", function()
  close(server)
  close(ending)
  while next(clients) do
    next(clients):leave()
  end
end)
start.listening(uv.tcp_getsockname(server).port)
-- Until all handles are closed.
uv.run()
