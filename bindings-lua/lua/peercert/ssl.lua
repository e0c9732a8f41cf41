--- This file is about standing in for LuaSec on the server side: `package.loaded.ssl =
-- require("peercert.ssl")`, and what asks for `ssl` gets peercert.
--
-- In: LuaSec's parameters. Out: connections with LuaSec's methods beside ours. A parameter that
-- cannot be honoured is an error, never a weaker server.

local arguments = require("peercert.arguments")
local peercert = require("peercert")
local sni = require("peercert.sni")
local x509 = require("peercert.x509")

local ssl = { _VERSION = "peercert.ssl" }

-- LuaSec's parameters that are options of ours under another name.
local RENAMED = {
  certificate = "certificate",
  key = "key",
  password = "key_password",
  cafile = "client_ca_file",
  capath = "client_ca_path",
  depth = "client_verify_depth",
  ciphers = "ciphers",
  ciphersuites = "ciphersuites",
  curveslist = "groups",
  curve = "groups",
  alpn = "alpn",
}

-- LuaSec's protocols as the lowest and the highest version.
local PROTOCOLS = {
  any = { "1.2", "1.3" },
  sslv23 = { "1.2", "1.3" },
  tlsv1_2 = { "1.2", "1.2" },
  tlsv1_3 = { "1.3", "1.3" },
}

-- What the words of `options` ask for: true is always so here, a name is an option of ours that is
-- switched off.
local OPTIONS = {
  all = true,
  cipher_server_preference = true,
  no_compression = true,
  no_renegotiation = true,
  no_sslv2 = true,
  no_sslv3 = true,
  no_tlsv1 = true,
  no_tlsv1_1 = true,
  single_dh_use = true,
  single_ecdh_use = true,
  no_ticket = "session_tickets",
}

local NO_WORDS = "neither a word nor a list of words"

local function refuse(parameter, value, what)
  return nil, ("%s = %s: %s"):format(parameter, tostring(value), what)
end

-- A parameter that is a word, or a list of words, as a set; nil when it is neither: what cannot be
-- understood must not pass for nothing.
local function words(value)
  local set, listed = {}, 0
  if value == nil then
    return set
  elseif type(value) == "string" then
    value = { value }
  elseif type(value) ~= "table" then
    return nil
  end
  for _, word in ipairs(value) do
    if type(word) ~= "string" then
      return nil
    end
    set[word] = true
    listed = listed + 1
  end
  for _ in pairs(value) do
    listed = listed - 1
  end
  return listed == 0 and set or nil
end

-- The mode that `verify` and `verifyext` ask for. LuaSec's "peer" accepts a client without a
-- certificate and refuses a bad one; `lsec_continue` lets the bad one in.
local function mode(parameters)
  local verify, more = words(parameters.verify), words(parameters.verifyext)
  if not verify then
    return refuse("verify", parameters.verify, NO_WORDS)
  elseif not more then
    return refuse("verifyext", parameters.verifyext, NO_WORDS)
  end
  for word in pairs(verify) do
    if word ~= "none" and word ~= "peer" and word ~= "client_once" and word ~= "fail_if_no_peer_cert" then
      return refuse("verify", word, "unknown")
    end
  end
  for word in pairs(more) do
    if word ~= "lsec_continue" then
      return refuse("verifyext", word, "not offered by peercert")
    end
  end
  if not verify.peer then
    for word in pairs(verify) do
      if word ~= "none" then
        -- OpenSSL would ignore it, and verify nobody.
        return refuse("verify", word, "means nothing without \"peer\"")
      end
    end
    return "none"
  end
  if verify.fail_if_no_peer_cert then
    return more.lsec_continue and "require_any" or "require"
  end
  return more.lsec_continue and "request" or "optional"
end

local function translate(parameters)
  local options = {}
  if parameters.mode ~= "server" then
    return refuse("mode", parameters.mode, "peercert is for servers; mode has to be \"server\"")
  end
  local versions = PROTOCOLS[parameters.protocol or "any"]
  if not versions then
    return refuse("protocol", parameters.protocol, "one of any, tlsv1_2, tlsv1_3")
  end
  options.min_version, options.max_version = versions[1], versions[2]
  local wanted, err = mode(parameters)
  if not wanted then
    return nil, err
  end
  options.client_cert_mode = wanted
  local switches = words(parameters.options)
  if not switches then
    return refuse("options", parameters.options, NO_WORDS)
  end
  for word in pairs(switches) do
    local known = OPTIONS[word]
    if word == "no_tlsv1_2" then
      options.min_version = "1.3"
    elseif word == "no_tlsv1_3" then
      options.max_version = "1.2"
    elseif not known then
      return refuse("options", word, "not offered by peercert")
    elseif known ~= true then
      options[known] = false
    end
  end
  for name, value in pairs(parameters) do
    local option = RENAMED[name]
    if option then
      if name == "password" and type(value) == "function" then
        value = value()
      end
      options[option] = value
    elseif name ~= "mode" and name ~= "protocol" and name ~= "verify" and name ~= "verifyext" and name ~= "options" then
      return refuse(name, value, "not offered by peercert")
    end
  end
  -- LuaSec takes CAs that nobody is verified with.
  if wanted == "none" then
    options.client_ca_file, options.client_ca_path, options.client_verify_depth = nil, nil, nil
  end
  return options
end

local Context = { __name = "peercert.Context" }
Context.__index = Context

-- The acceptor for a connection that chooses between contexts by name. Those who call this for each
-- connection give the same table, and get the same acceptor as long as that is in it.
function Context:by_name(contexts, strict)
  strict = strict and true or false
  local known = self.chosen[contexts]
  local current = known and known.strict == strict
  for name, context in pairs(current and known.contexts or {}) do
    current = current and contexts[name] == context
  end
  local copy = {}
  for name, context in pairs(contexts) do
    if type(name) ~= "string" or getmetatable(context) ~= Context then
      error("bad argument #1 to 'sni' (names: contexts by name expected)", 3)
    end
    copy[name] = context
    current = current and known.contexts[name] == context
  end
  if not current then
    local options, unfit = sni.options(self.options, copy, strict)
    if not options then
      error("peercert.ssl: " .. unfit, 3)
    end
    local acceptor, err = peercert.acceptor(options)
    if not acceptor then
      error(tostring(err), 3)
    end
    known = { acceptor = acceptor, strict = strict, contexts = copy }
    self.chosen[contexts] = known
  end
  return known.acceptor
end

--- A context of LuaSec's parameters; or nil and a text.
function ssl.newcontext(parameters)
  arguments.check("newcontext", 1, "parameters", parameters, "table")
  local options, unfit = translate(parameters)
  if not options then
    return nil, "peercert.ssl: " .. unfit
  end
  local acceptor, err = peercert.acceptor(options)
  if not acceptor then
    return nil, tostring(err)
  end
  return setmetatable({ acceptor = acceptor, options = options, chosen = setmetatable({}, { __mode = "k" }) }, Context)
end

--- A connection over a LuaSocket object, before its handshake, of a context or of parameters.
function ssl.wrap(client, context)
  arguments.check("wrap", 1, "socket", client, "number", "table", "userdata")
  arguments.check("wrap", 2, "context", context, "table")
  if getmetatable(context) ~= Context then
    local made, err = ssl.newcontext(context)
    if not made then
      return nil, err
    end
    context = made
  end
  local connection, err = context.acceptor:wrap(client)
  if not connection then
    return nil, tostring(err)
  end
  connection.context = context
  return connection
end

--- A certificate of PEM text.
function ssl.loadcertificate(pem)
  arguments.check("loadcertificate", 1, "pem", pem, "string")
  local info, err = peercert.certinfo(pem)
  if not info then
    return nil, tostring(err)
  end
  return x509.new(info)
end

return ssl
