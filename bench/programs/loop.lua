--- A plain accept loop in Lua on LuaSocket, by peercert or by LuaSec.
--
-- With `--hold` it keeps the connections open and tells what they take in memory.

local socket = require("socket")

local ANSWER = "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nok\n"

local folder, count, kind, hold = arg[1], tonumber(arg[2]), arg[3], arg[4] == "--hold"
local certificate, key, ca = folder .. "/server.pem", folder .. "/server.key", folder .. "/client-ca.pem"

-- Makes the function that turns a client into a connection, its handshake done and its caller verified.
local function acceptor()
  if kind == "peercert" then
    local made = assert(require("peercert").acceptor({
      certificate = certificate,
      key = key,
      client_ca_file = ca,
      client_cert_mode = "require",
    }))
    return function(client)
      local connection = assert(made:accept(client))
      assert(hold or connection:clientcert().verified)
      return connection
    end
  end
  local ssl = require("ssl")
  local context = assert(ssl.newcontext({
    mode = "server",
    protocol = "any",
    options = { "all", "no_sslv2", "no_sslv3", "no_tlsv1", "no_tlsv1_1" },
    certificate = certificate,
    key = key,
    cafile = ca,
    verify = { "peer", "fail_if_no_peer_cert" },
  }))
  return function(client)
    local connection = assert(ssl.wrap(client, context))
    assert(connection:dohandshake())
    if not hold then
      local caller = connection:getpeercertificate()
      assert(connection:getpeerverification() and #caller:subject() > 0)
    end
    return connection
  end
end

-- Resident memory in kilobytes.
local function resident()
  local file = assert(io.open("/proc/self/statm"))
  local _, pages = file:read("*n", "*n")
  file:close()
  return pages * 4096 / 1000
end

local accept = acceptor()
local listener = assert(socket.bind("127.0.0.1", 0, 512))
local _, port = listener:getsockname()
print("listening " .. port)
io.stdout:flush()

local held, cpu, memory = {}, 0, 0
for number = 0, count do
  local plain = assert(listener:accept())
  plain:setoption("tcp-nodelay", true)
  if number == 1 then
    collectgarbage()
    cpu, memory = os.clock(), resident()
  end
  local connection = accept(plain)
  if hold then
    held[number + 1] = connection
  else
    repeat
      local line = assert(connection:receive("*l"))
    until line == ""
    assert(connection:send(ANSWER))
    connection:close()
  end
end
assert(not hold or #held == count + 1)
print(('{"connections": %d, "cpu": %.6f, "kilobytes": %.1f}'):format(count, os.clock() - cpu, resident() - memory))
