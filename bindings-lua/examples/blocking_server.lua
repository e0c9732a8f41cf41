--- This file is about a server that waits: LuaSocket's accept, one client after the other. Such a
-- server is for a handful of clients that are known; each has a deadline.
--
-- Usage: lua blocking_server.lua certificate.pem key.pem client-ca.pem MODE [PORT [OPTION=VALUE]...]

package.path = package.path .. ";" .. (arg[0]:match("^.*/") or "./") .. "?.lua"

local http = require("server.http")
local start = require("server.start")

local acceptor, port = start.acceptor(arg)
local server = start.listen(port)

local function serve(client)
  -- The handshake is done within the option `handshake_timeout`.
  local connection, err = acceptor:accept(client)
  if not connection then
    -- Who is refused has been told to `on_refusal`, and has been given time to read its alert.
    if err.code == "io.timeout" then
      start.log_timeout()
    end
    client:close()
    return
  end
  http.converse(connection, function()
    return connection:json()
  end, function()
    connection:settimeout(start.REQUEST_SECONDS)
  end)
  connection:close()
end

while true do
  local client = server:accept()
  if client then
    client:setoption("tcp-nodelay", true)
    serve(client)
  end
end
