--- This file is about misuse: a script that does everything wrong which a script can.
--
-- In: a topic, the folder of the certificates, what a client says first as hexadecimal, and descriptors
-- that the topic's peers are at. Out: the exit status, and how many expectations held.

local topic, folder, hello = arg[1], arg[2], arg[3]

local peercert = require("peercert")
local expect = require("expect")

local scene = { descriptors = {}, folder = folder }

for index = 4, #arg do
  scene.descriptors[#scene.descriptors + 1] = tonumber(arg[index])
end

scene.hello = hello:gsub("%x%x", function(digits)
  return string.char(tonumber(digits, 16))
end)

--- An acceptor of a mode.
function scene.acceptor(mode, timeout)
  return assert(peercert.acceptor({
    certificate = folder .. "/server.pem",
    key = folder .. "/server.key",
    client_cert_mode = mode or "request",
    client_ca_file = folder .. "/client-cas.pem",
    handshake_timeout = timeout or 10,
  }))
end

--- A file's content.
function scene.content(name)
  local file = assert(io.open(folder .. "/" .. name, "rb"))
  local content = file:read("*a")
  file:close()
  return content
end

require("misuse." .. topic)(scene)
print(expect.count .. " expectations")
