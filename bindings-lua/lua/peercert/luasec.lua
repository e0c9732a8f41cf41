--- This file is about what LuaSec's connections tell, under its names. Three of its answers are mended:
-- without a certificate nobody is verified, an empty chain is empty, and resumed sessions work.

local arguments = require("peercert.arguments")
local errors = require("peercert.errors")
local native = require("peercert.native")
local x509 = require("peercert.x509")

local checked_self = arguments.checked_self

local luasec = {}

local function certificate(der)
  local info = errors.answer(native.certinfo(der))
  return info and x509.new(info)
end

--- Adds the methods to a class of connections.
function luasec.extend(class)
  --- The client's certificate, or the one at a place of its chain from 1; nil without.
  function class:getpeercertificate(place)
    checked_self("getpeercertificate", self, class)
    arguments.check("getpeercertificate", 1, "place", place, "number", "nil")
    local der
    if place == nil or place == 1 then
      der = self.native:der()
    else
      der = (self.native:chain() or {})[place]
    end
    return der and certificate(der) or nil
  end

  --- The client's certificates as sent, leaf first; empty without.
  function class:getpeerchain()
    checked_self("getpeerchain", self, class)
    local list = {}
    for _, der in ipairs(self.native:chain() or {}) do
      list[#list + 1] = certificate(der)
    end
    return list
  end

  --- Whether the client is verified; otherwise false and the reasons, by depth from 1.
  function class:getpeerverification()
    checked_self("getpeerverification", self, class)
    local client, err = errors.answer(self.native:clientcert())
    if not client then
      return false, tostring(err)
    end
    if client.verified then
      return true
    end
    if not client.present then
      return false, client.verifyresult
    end
    local reasons = {}
    for _, found in ipairs(client.verifyerrors) do
      local place = found.depth + 1
      reasons[place] = reasons[place] or {}
      table.insert(reasons[place], found.text)
    end
    return false, reasons
  end

  --- How the connection is protected, as LuaSec says it, or one field of that. There is no
  -- compression.
  function class:info(field)
    checked_self("info", self, class)
    local details = self.native:details()
    if not details then
      return nil
    end
    local info = { protocol = details.sslversion, cipher = details.cipher }
    if field then
      return info[field]
    end
    return info
  end

  --- Lets the server name decide which context is the client's, before the handshake: contexts by name,
  -- and whether any other name is refused, as is none. What cannot be honoured raises an error, because
  -- nobody looks at what LuaSec's method gives.
  function class:sni(names, strict)
    checked_self("sni", self, class)
    arguments.check("sni", 1, "names", names, "table")
    if not self.context or self.begun then
      error("'sni' is for connections of ssl.wrap, before their handshake", 2)
    end
    local acceptor = self.context:by_name(names, strict)
    local over, err = errors.answer(acceptor.native:over(self.fd))
    if not over then
      error(tostring(err), 2)
    end
    self.native = over
  end

  --- The negotiated application protocol; nil without.
  function class:getalpn()
    checked_self("getalpn", self, class)
    local details = self.native:details()
    return details and details.alpn ~= "" and details.alpn or nil
  end

  --- The server name that the client asked for; nil without.
  function class:getsniname()
    checked_self("getsniname", self, class)
    local details = self.native:details()
    return details and details.servername ~= "" and details.servername or nil
  end
end

return luasec
