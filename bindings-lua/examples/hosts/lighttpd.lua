--- This file is about lighttpd: the answer to a request is who calls, or why not.

-- luacheck: globals lighty
local who = require("who")

local r = lighty.r
local user, why = who.user(r.req_env["SSL_CLIENT_CERT"], r.req_env["SSL_CLIENT_VERIFY"])
r.resp_header["Content-Type"] = "text/plain"
r.resp_body:set({ (user or why) .. "\n" })
return user and 200 or 403
