--- This file is about contexts by server name: a server whose contexts are chosen as LuaSec's are.
--
-- Usage: names.lua MODULE FOLDER COUNT [strict]; FOLDER has the certificates. It takes COUNT connections.

package.path = package.path .. ";" .. arg[0]:match("^.*/") .. "?.lua"
io.stdout:setvbuf("line")

local socket = require("socket")
local ssl = require(arg[1])
local told = require("told")

local folder = arg[2]

local function context(name, verify)
  return assert(ssl.newcontext({
    mode = "server",
    protocol = "any",
    certificate = folder .. "/" .. name .. ".pem",
    key = folder .. "/" .. name .. ".key",
    cafile = folder .. "/client-ca.pem",
    verify = verify,
    alpn = verify == "none" and { "h2" } or nil,
  }))
end

local usual = context("server", "none")
local names = { ["admin.test"] = context("server-rsa", { "peer", "fail_if_no_peer_cert" }) }
local server = assert(socket.bind("127.0.0.1", 0))
print("listening " .. select(2, server:getsockname()))
for _ = 1, tonumber(arg[3]) do
  local connection = assert(ssl.wrap(assert(server:accept()), usual))
  connection:settimeout(30)
  connection:sni(names, arg[4] == "strict")
  local done, why = connection:dohandshake()
  if done then
    told.tell("in", connection:getsniname() or "", connection:getpeerverification() == true, connection:getalpn() or "")
    connection:send("welcome\n")
  else
    told.tell("refused", (why:match("^[%w_.]+")))
  end
  connection:close()
end
print("done")
