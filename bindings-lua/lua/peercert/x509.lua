--- This file is about certificates as LuaSec's objects, for scripts that were written for those.
--
-- In: the dictionary of a certificate. Out: an object with LuaSec's methods. Scripts of our own read
-- the dictionary.

local arguments = require("peercert.arguments")
local native = require("peercert.native")

local checked_self = arguments.checked_self

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
  checked_self("subject", self, Certificate)
  return listed(self.info.subjectname)
end

function Certificate:issuer()
  checked_self("issuer", self, Certificate)
  return listed(self.info.issuername)
end

--- Only the alternative names, as with LuaSec; `certinfo` lists every extension.
function Certificate:extensions()
  checked_self("extensions", self, Certificate)
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
  checked_self("digest", self, Certificate)
  if algorithm and algorithm ~= "sha256" then
    return nil, "digest algorithm not supported (" .. tostring(algorithm) .. ")"
  end
  return self.info.fingerprint
end

function Certificate:serial()
  checked_self("serial", self, Certificate)
  return self.info.serial
end

function Certificate:notbefore()
  checked_self("notbefore", self, Certificate)
  return self.info.notbefore
end

function Certificate:notafter()
  checked_self("notafter", self, Certificate)
  return self.info.notafter
end

--- Whether a time, in seconds since 1970, is within the certificate's dates.
function Certificate:validat(time)
  checked_self("validat", self, Certificate)
  arguments.check("validat", 1, "time", time, "number")
  local from, to = self.info.notbeforetime, self.info.notaftertime
  return from ~= nil and to ~= nil and from <= time and time <= to
end

function Certificate:pem()
  checked_self("pem", self, Certificate)
  return self.info.pem
end

return x509
