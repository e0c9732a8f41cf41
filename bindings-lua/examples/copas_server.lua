--- This file is about a server on Copas, which asks LuaSec for TLS and is given peercert.
--
-- Usage: lua copas_server.lua certificate.pem key.pem client-ca.pem MODE [PORT [OPTION=VALUE]...]
-- With Copas 3 and 4; Debian's Copas 1.2 knows nothing of TLS, see copas1_server.lua.

package.path = package.path .. ";" .. (arg[0]:match("^.*/") or "./") .. "?.lua"
package.loaded.ssl = require("peercert.ssl")

local copas = require("copas")
local http = require("server.http")
local start = require("server.start")

local acceptor, port = start.acceptor(arg)
local server = start.listen(port)

-- What Copas calls a context is what `peercert.ssl` wraps with: an acceptor.
local context = { acceptor = acceptor }

copas.setErrorHandler(function(message)
  -- Copas raises what a handshake failed with; `on_refusal` has logged it with more.
  if not tostring(message):find("handshake failed", 1, true) then
    io.stderr:write("error: ", tostring(message), "\n")
  end
end, true)

copas.addserver(server, function(plain)
  plain:setoption("tcp-nodelay", true)
  local client = copas.wrap(plain, { wrap = context })
  client:settimeouts(acceptor:handshake_timeout(), start.REQUEST_SECONDS, start.REQUEST_SECONDS)
  local done, word = client:dohandshake()
  if not done then
    -- Only the time that is up is a result; all else is raised.
    return word == "timeout" and start.log_timeout()
  end
  http.converse(client, function()
    return client.socket:json()
  end)
  client:close()
end)

copas.loop()
