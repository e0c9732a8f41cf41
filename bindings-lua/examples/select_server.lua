--- This file is about a server that waits for all its clients at once, with LuaSocket's `select`: a
-- coroutine for each client, which yields when its connection has to wait. `select` asks connections
-- for `getfd` and `dirty`; `want` says what a connection waits for.
--
-- Usage: lua select_server.lua certificate.pem key.pem client-ca.pem MODE [PORT [OPTION=VALUE]...]

package.path = package.path .. ";" .. (arg[0]:match("^.*/") or "./") .. "?.lua"

local http = require("server.http")
local socket = require("socket")
local start = require("server.start")

-- `select` takes descriptors below 1024; whoever comes later waits to be accepted.
local CLIENTS = 500

local acceptor, port = start.acceptor(arg)
local server = start.listen(port)
server:settimeout(0)

-- A client: its connection and its deadline.
local Client = {}
Client.__index = Client

local clients, count = {}, 0

local WAITING = { wantread = true, wantwrite = true }

-- Lets the others run until the connection can go on.
function Client:wait()
  coroutine.yield(self.connection, self.connection:want())
end

function Client:receive(pattern)
  local text, word, partial = self.connection:receive(pattern)
  while WAITING[word] do
    self:wait()
    text, word, partial = self.connection:receive(pattern, partial)
  end
  return text, word
end

function Client:send(bytes)
  local sent, word, place = self.connection:send(bytes)
  while WAITING[word] do
    self:wait()
    sent, word, place = self.connection:send(bytes, place + 1)
  end
  return sent, word
end

function Client:handshake()
  local done, err = self.connection:handshake()
  while WAITING[err] do
    self:wait()
    done, err = self.connection:handshake()
  end
  return done
end

-- Reads what a refused client still sends, until it has read its alert and gone.
function Client:linger()
  self:within(start.GOODBYE_SECONDS)
  self.plain:settimeout(0)
  local word
  repeat
    coroutine.yield(self.plain, "read")
    word = select(2, self.plain:receive(16384))
  until word == "closed"
end

function Client:within(seconds)
  self.ends = socket.gettime() + seconds
end

function Client:serve()
  self:within(acceptor:handshake_timeout())
  if not self:handshake() then
    return self:linger()
  end
  self.known = true
  http.converse(self, function()
    return self.connection:json()
  end, function()
    self:within(start.REQUEST_SECONDS)
  end)
end

local function leave(client)
  client.connection:close()
  clients[client] = nil
  count = count - 1
end

-- Lets a client go on until it has to wait again, or has ended.
local function resume(client)
  local going, waits_on, want = coroutine.resume(client.coroutine, client)
  if not going then
    io.stderr:write("error: ", tostring(waits_on), "\n")
  end
  if going and waits_on then
    client.waits_on, client.want = waits_on, want
  else
    leave(client)
  end
end

local function welcome(plain)
  plain:setoption("tcp-nodelay", true)
  local connection = acceptor:wrap(plain)
  if not connection then
    plain:close()
    return
  end
  connection:settimeout(0)
  local client = setmetatable({ plain = plain, connection = connection }, Client)
  client.coroutine = coroutine.create(Client.serve)
  clients[client] = true
  count = count + 1
  resume(client)
end

-- What to wait for: two lists for `select`, whose is what in them, and the nearest deadline.
local function waiting()
  local reading, writing, whose, ends = {}, {}, {}, nil
  if count < CLIENTS then
    reading[1] = server
  end
  for client in pairs(clients) do
    local list = client.want == "write" and writing or reading
    list[#list + 1] = client.waits_on
    whose[client.waits_on] = client
    ends = math.min(ends or client.ends, client.ends)
  end
  return reading, writing, whose, ends and math.max(ends - socket.gettime(), 0)
end

local function expire()
  local now, late = socket.gettime(), {}
  for client in pairs(clients) do
    if client.ends <= now then
      late[#late + 1] = client
    end
  end
  for _, client in ipairs(late) do
    if not client.known and client.waits_on == client.connection then
      start.log_timeout()
    end
    leave(client)
  end
end

while true do
  local reading, writing, whose, seconds = waiting()
  local readable, writable = socket.select(reading, writing, seconds)
  for _, list in ipairs({ readable, writable }) do
    for _, ready in ipairs(list) do
      if ready == server then
        local plain = server:accept()
        if plain then
          welcome(plain)
        end
      elseif clients[whose[ready]] then
        resume(whose[ready])
      end
    end
  end
  expire()
end
