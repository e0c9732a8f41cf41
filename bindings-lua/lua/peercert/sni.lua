--- This file is about LuaSec's contexts by server name: several contexts become one acceptor with hosts.
--
-- In: options of contexts, and their names. Out: an acceptor. A context cannot be exchanged once a client
-- is there, as LuaSec does: who may come in would then still be what the first one says.

local native = require("peercert.native")

local sni = {}

local SCOPES, DEFAULTS = {}, { alpn = {} }
for _, row in ipairs(native.options()) do
  SCOPES[row.name] = row.scope
  if row.type == "integer" then
    DEFAULTS[row.name] = tonumber(row.default)
  end
end

local function same(one, other)
  if type(one) ~= "table" or type(other) ~= "table" then
    return one == other
  end
  return #one == #other and table.concat(one, "\0") == table.concat(other, "\0")
end

-- The options of a host whose context has nothing from the server's; or nil and the option that only the
-- whole server can have.
local function host(options, server)
  local own = {}
  for name, scope in pairs(SCOPES) do
    local value = options[name]
    if scope == "host" then
      own[name] = value
      if value == nil and server[name] ~= nil then
        own[name] = DEFAULTS[name]
      end
    elseif not same(value, server[name]) then
      return nil, name
    end
  end
  return own
end

--- The options of one server: a context's, and those of other contexts by name; or nil and a text.
function sni.options(server, contexts, strict)
  local all = { hosts = {}, strict_sni = strict }
  for name, value in pairs(server) do
    all[name] = value
  end
  for name, context in pairs(contexts) do
    local own, unfit = host(context.options, server)
    if not own then
      local what = "has to be the same in all contexts of a server"
      return nil, ("sni: %s of %s %s"):format(unfit, name, what)
    end
    all.hosts[name] = own
  end
  return all
end

return sni
