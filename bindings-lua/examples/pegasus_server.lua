--- This file is about a server on Pegasus: a plugin of Pegasus wraps each client's socket.
--
-- Usage: lua pegasus_server.lua certificate.pem key.pem client-ca.pem MODE [PORT [OPTION=VALUE]...]
-- Pegasus serves one client after the other, and one request on each connection.

package.path = package.path .. ";" .. (arg[0]:match("^.*/") or "./") .. "?.lua"

local Handler = require("pegasus.handler")
local start = require("server.start")

local acceptor, port = start.acceptor(arg)
local server = start.listen(port)

local tls = {}

-- Called with each new client; what it returns takes the client's place.
function tls.newConnection(_, client)
  local connection, err = acceptor:accept(client)
  if not connection then
    if err.code == "io.timeout" then
      start.log_timeout()
    end
    client:close()
    return false
  end
  connection:settimeout(start.REQUEST_SECONDS)
  return connection
end

local function answer(request, response)
  local body = request:receiveBody() or ""
  local path, method = request:path(), request:method()
  if path == "/" and method == "GET" then
    response:contentType("application/json"):write(request.client:json())
  elseif path == "/echo" and method == "POST" then
    response:contentType("application/octet-stream"):write(body)
  else
    response:writeDefaultErrorMessage(path == "/echo" and 405 or 404)
  end
end

local handler = Handler:new(answer, "", { tls })

while true do
  local client = server:accept()
  if client then
    client:setoption("tcp-nodelay", true)
    -- It raises when a client goes away in the middle of its body.
    local served, err = pcall(handler.processRequest, handler, port, client, server)
    if not served then
      io.stderr:write("error: ", tostring(err), "\n")
      client:close()
    end
  end
end
