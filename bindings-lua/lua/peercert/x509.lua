--- This file is about certificates as LuaSec's objects, for scripts that were written for those.
--
-- In: the dictionary of a certificate. Out: an object with LuaSec's methods. Scripts of our own read
-- the dictionary.

local native = require("peercert.native")

local Certificate = {}
Certificate.__index = Certificate
Certificate.__name = "peercert.Certificate"

local x509 = {}

function x509.new(info)
  return setmetatable({ info = info }, Certificate)
end

-- A name as LuaSec lists it: in encoded order, types by OpenSSL's long names.
local function listed(name)
  local list = {}
  for _, rdn in ipairs(name) do
    for _, attribute in ipairs(rdn) do
      list[#list + 1] = {
        oid = attribute.oid,
        name = native.long_name(attribute.oid),
        value = attribute.value,
      }
    end
  end
  return list
end

function Certificate:subject()
  return listed(self.info.subjectname)
end

function Certificate:issuer()
  return listed(self.info.issuername)
end

--- Only the alternative names, as with LuaSec; `certinfo` lists every extension.
function Certificate:extensions()
  local san = self.info.san
  local names = {
    name = "X509v3 Subject Alternative Name",
    dNSName = #san.dns > 0 and san.dns or nil,
    rfc822Name = #san.email > 0 and san.email or nil,
    uniformResourceIdentifier = #san.uri > 0 and san.uri or nil,
    iPAddress = #san.ip > 0 and san.ip or nil,
  }
  return { ["2.5.29.17"] = names }
end

--- SHA-256 in lower-case hex, whatever LuaSec's default is; another algorithm is an error.
function Certificate:digest(algorithm)
  if algorithm and algorithm ~= "sha256" then
    return nil, "digest algorithm not supported (" .. tostring(algorithm) .. ")"
  end
  return self.info.fingerprint
end

function Certificate:serial()
  return self.info.serial
end

function Certificate:notbefore()
  return self.info.notbefore
end

function Certificate:notafter()
  return self.info.notafter
end

--- Whether a time, in seconds since 1970, is within the certificate's dates.
function Certificate:validat(time)
  local from, to = self.info.notbeforetime, self.info.notaftertime
  return from ~= nil and to ~= nil and from <= time and time <= to
end

function Certificate:pem()
  return self.info.pem
end

return x509
