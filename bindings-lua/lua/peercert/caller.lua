--- This file is about who the client is, for connections with and without a socket, and for clients
-- that a host has seen.

local arguments = require("peercert.arguments")
local errors = require("peercert.errors")

local check, checked_self = arguments.check, arguments.checked_self

local caller = {}

--- Rules that map certificates to users. They never change. They hold what is native as `native`.
caller.Rules = { __name = "peercert.Rules" }
caller.Rules.__index = caller.Rules

-- Raises an error, which blames who called the method `name`, for what are no rules.
local function checked_rules(name, rules)
  if type(rules) ~= "table" or getmetatable(rules) ~= caller.Rules then
    local message = "bad argument #1 to '%s' (rules: peercert.Rules expected, got %s)"
    error(message:format(name, rules == nil and "no value" or type(rules)), 3)
  end
end

--- How many rules there are.
function caller.Rules:len()
  checked_self("len", self, caller.Rules)
  return self.native:len()
end

-- What knows a caller holds what is native, which can say who that is.
local function checked_caller(name, known)
  local native = type(known) == "table" and rawget(known, "native")
  if type(native) ~= "userdata" or type(known.identity) ~= "function" then
    local message = "bad argument #1 to '%s' (caller: connection or report expected, got %s)"
    error(message:format(name, known == nil and "no value" or type(known)), 3)
  end
  return native
end

--- Who a caller is: a connection or a report.
function caller.Rules:identify(known)
  checked_self("identify", self, caller.Rules)
  return errors.answer(checked_caller("identify", known):identity(self.native))
end

--- What comes of every rule for a caller, and the answer that `identify` gives.
function caller.Rules:explain(known)
  checked_self("explain", self, caller.Rules)
  return errors.answer(checked_caller("explain", known):explanation(self.native))
end

--- A class whose objects tell who the client is. They hold what is native as `native`.
function caller.class(name)
  local class = { __name = name }
  class.__index = class

  --- Who the client is.
  function class:clientcert()
    checked_self("clientcert", self, class)
    return errors.answer(self.native:clientcert())
  end

  --- Who the client is by rules (`peercert.rules`).
  function class:identity(rules)
    checked_self("identity", self, class)
    checked_rules("identity", rules)
    return errors.answer(self.native:identity(rules.native))
  end

  --- The chain as the client sent it, leaf first, each DER; nil without a certificate and on a
  -- resumed connection.
  function class:chain()
    checked_self("chain", self, class)
    return errors.answer(self.native:chain())
  end

  --- The client's certificate as DER; nil without one.
  function class:der()
    checked_self("der", self, class)
    return errors.answer(self.native:der())
  end

  --- What `clientcert` tells, as JSON text.
  function class:json()
    checked_self("json", self, class)
    return errors.answer(self.native:json())
  end

  --- The client under the names that applications already read: `form` is "apache", "nginx", "cgi",
  -- "basicauth", "rfc9440", "xfcc" or "asgi". `details` may name the `user`, and say that the rule that
  -- gave it `pinned` this certificate; a report takes what is known of the connection, too.
  function class:export(form, details)
    checked_self("export", self, class)
    check("export", 1, "form", form, "string")
    check("export", 2, "details", details, "table", "nil")
    return errors.answer(self.native:export(form, details))
  end

  return class
end

local Report = caller.class("peercert.Report")

--- The report on a client whom somebody else has seen: of what is native, or nil and the error.
function caller.report(made, err)
  if not made then
    return nil, err
  end
  return setmetatable({ native = made }, Report)
end

--- A class of connections, which also tell of themselves. They hold their acceptor as `acceptor`.
function caller.connections(name)
  local class = caller.class(name)

  --- How the connection is protected.
  function class:details()
    checked_self("details", self, class)
    return errors.answer(self.native:details())
  end

  --- Whether the host that a request names admits the same clients as the one that the connection was
  -- made for. Where it does not, the request belongs on another connection: 421 Misdirected Request.
  -- Beside virtual hosts, a host in an odd spelling (percent-encoded, with a user name, with a comma) is
  -- served nowhere: programs read it in different ways.
  function class:serves(authority)
    checked_self("serves", self, class)
    check("serves", 1, "authority", authority, "string")
    return self.native:serves(authority)
  end

  --- Keying material for channel bindings and the like (RFC 5705).
  function class:exportkeyingmaterial(label, size)
    checked_self("exportkeyingmaterial", self, class)
    check("exportkeyingmaterial", 1, "label", label, "string")
    check("exportkeyingmaterial", 2, "size", size, "number")
    if label:find("[\128-\255]") then
      error("bad argument #1 to 'exportkeyingmaterial' (label: ASCII text expected, as RFC 5705 has it)", 2)
    end
    -- A record's worth is more than any TLS library gives for TLS 1.3.
    local count = arguments.count("exportkeyingmaterial", 2, "size", size, 16384)
    return errors.answer(self.native:keying_material(label, count))
  end

  return class
end

--- The answer of a handshake; the first failure is told to who asked for that.
function caller.handshaken(self, done, err)
  self.begun = true
  if done == nil and type(err) == "table" and err.kind == "peer" and not self.refused then
    self.refused = true
    local told = self.acceptor.told
    if told then
      -- What it raises must not pass for the connection's own error.
      pcall(told, err)
    end
  end
  return done, err
end

--- The answer of a read, which meets a refusal where a certificate was asked for after the handshake.
function caller.read(self, text, err)
  if type(err) == "table" and err.clientcert then
    return caller.handshaken(self, text, err)
  end
  return text, err
end

return caller
