--- Who calls: one decision for every host that ends TLS itself.
--
-- This file is about users. In: the certificate and the verdict as the host tells them. Out: the
-- user's name, or nil and why not. It may not know which host it runs in.

local peercert = require("peercert")

-- Whose names count. A certificate that the CA has issued for another purpose names nobody here.
local SPIFFE = "^spiffe://example%.org/user/([%w._-]+)$"
local EMAIL = "^([%w._-]+)@example%.org$"

local who = {}

--- The user of a SPIFFE ID or, without one, of the only e-mail address; never of one that nobody
-- verified, and never of the subject, where a CA may have let anything be written.
function who.user(certificate, verdict)
  local report, err = peercert.report(certificate, verdict)
  if not report then
    return nil, tostring(err)
  end
  local client = report:clientcert()
  if not client.verified then
    return nil, client.verifyresult
  end
  local user
  if client.spiffeid then
    user = client.spiffeid:match(SPIFFE)
  elseif #client.san.email == 1 then
    user = client.san.email[1]:match(EMAIL)
  end
  if not user then
    return nil, "no user in " .. client.subject
  end
  return user
end

return who
