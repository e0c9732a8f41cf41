--- This file is about HAProxy: an action that puts into txn.user who calls, or into txn.why why not.

-- luacheck: read globals core
local who = require("who")

core.register_action("who", { "http-req" }, function(txn)
  local user, why = who.user(txn.f:ssl_c_der(), txn.f:ssl_c_verify())
  if user then
    txn:set_var("txn.user", user)
  else
    txn:set_var("txn.why", why)
  end
end)
