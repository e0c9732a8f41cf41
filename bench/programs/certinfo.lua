--- Reads one certificate many times, by peercert or by LuaSec; prints microseconds of processor time
-- each.

local kind, path = arg[1], arg[2]
local file = assert(io.open(path, "rb"))
local pem = file:read("*a")
file:close()

local read
if kind == "peercert" then
  local peercert = require("peercert")
  function read()
    assert(peercert.certinfo(pem))
  end
else
  -- The fields of our dictionary that LuaSec tells.
  local ssl = require("ssl")
  function read()
    local cert = assert(ssl.loadcertificate(pem))
    return cert:subject(), cert:issuer(), cert:serial(), cert:notbefore(), cert:notafter(),
      cert:digest("sha256"), cert:extensions(), cert:pem(), cert:pubkey()
  end
end

local ROUNDS = 2000
read()
local start = os.clock()
for _ = 1, ROUNDS do
  read()
end
print((os.clock() - start) / ROUNDS * 1e6)
