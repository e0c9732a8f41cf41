--- This file is about wrong arguments of every function and method: each type at each place.

local expect = require("expect")
local peercert = require("peercert")
local ssl = require("peercert.ssl")

local SAMPLES = {
  ["boolean"] = true,
  ["number"] = 1,
  ["string"] = "x",
  ["table"] = {},
  ["function"] = function() end,
  ["thread"] = coroutine.create(function() end),
  ["userdata"] = io.stdout,
}

local INF = math.huge
local NOT_COUNTS = { 0, -1, 0.5, INF, -INF, 0 / 0, 2 ^ 60, -2 ^ 60 }

-- What a function takes: its name, and for each argument its name and its types.
local FUNCTIONS = {
  { "certinfo", { "data", "string" } },
  { "certinfo_file", { "path", "string" } },
  { "certinfos", { "data", "string" }, { "password", "string", "nil" } },
  { "report", { "certificate", "string", "nil" }, { "verdict", "string", "number", "nil" } },
  { "acceptor", { "options", "table" } },
  { "forwarded", { "options", "table" } },
  { "is_fake_basic_auth", { "authorization", "string", "nil" } },
}
local SSL = {
  { "newcontext", { "parameters", "table" } },
  { "wrap", { "socket", "number", "table", "userdata" }, { "context", "table" } },
  { "loadcertificate", { "pem", "string" } },
}
local ACCEPTOR = {
  { "wrap", { "socket", "number", "table", "userdata" } },
  { "accept", { "socket", "number", "table", "userdata" } },
  { "on_refusal", { "callback", "function", "nil" } },
  { "watch", { "seconds", "number" } },
}
local KEYING = { "exportkeyingmaterial", { "label", "string" }, { "size", "number" } }
local EXPORT = { "export", { "form", "string" }, { "details", "table", "nil" } }
local SERVES = { "serves", { "authority", "string" } }
local CONNECTION = {
  { "feed", { "bytes", "string" } },
  { "read", { "size", "number", "nil" } },
  { "write", { "bytes", "string" } },
  KEYING,
  EXPORT,
  SERVES,
}
local SOCKET = {
  { "receive", { "pattern", "string", "number", "nil" }, { "prefix", "string", "number", "nil" } },
  { "send", { "bytes", "string", "number" }, { "first", "number", "nil" }, { "last", "number", "nil" } },
  { "settimeout", { "seconds", "number", "nil" }, { "mode", "string", "nil" } },
  { "getpeercertificate", { "place", "number", "nil" } },
  KEYING,
  EXPORT,
  SERVES,
}
local FORWARDED = {
  { "read", { "sender", "string", "nil" }, { "headers", "table" } },
  { "claims", { "name", "string" } },
  { "claims_variable", { "name", "string" } },
  { "strip", { "headers", "table" } },
}

local function takes(argument, kind)
  for index = 2, #argument do
    if argument[index] == kind then
      return true
    end
  end
  return false
end

-- Every type that an argument does not take, after good ones for those before it. A method's object is
-- argument 0.
local function types(call, signature, object)
  local name, good = signature[1], { [0] = object }
  local start = object == nil and 1 or 0
  for position = 1, #signature - 1 do
    local argument = signature[position + 1]
    local text = ("bad argument #%d to '%s' (%s: "):format(position, name, argument[1])
    for kind, sample in pairs(SAMPLES) do
      if not takes(argument, kind) then
        good[position] = sample
        expect.raised(text, call, expect.unpack(good, start, position))
      end
    end
    good[position] = nil
    if not takes(argument, "nil") then
      expect.raised(text, call, expect.unpack(good, start, position))
    end
    good[position] = SAMPLES[argument[2]]
  end
end

local function methods(object, signatures)
  for _, signature in ipairs(signatures) do
    types(object[signature[1]], signature, object)
  end
end

local function functions(module, signatures)
  for _, signature in ipairs(signatures) do
    types(module[signature[1]], signature)
  end
end

local function counts(connection, wrapped)
  local export = connection.exportkeyingmaterial
  for _, number in ipairs(NOT_COUNTS) do
    expect.raised("bad argument #1 to 'read' (size: ", connection.read, connection, number)
    expect.raised("bad argument #2 to 'exportkeyingmaterial' (size: ", export, connection, "x", number)
    if number ~= 0 then
      expect.raised("bad argument #1 to 'receive' (pattern: ", wrapped.receive, wrapped, number)
    end
  end
  -- More than is given would be less than asked for.
  expect.raised("bad argument #2 to 'exportkeyingmaterial' (size: ", export, connection, "x", 16385)
  expect.raised("bad argument #1 to 'exportkeyingmaterial' (label: ", export, connection, "\255", 32)
  for _, number in ipairs({ 0.5, INF, -INF, 0 / 0 }) do
    expect.raised("bad argument #2 to 'send' (first: ", wrapped.send, wrapped, "text", number)
    expect.raised("bad argument #3 to 'send' (last: ", wrapped.send, wrapped, "text", 1, number)
  end
  expect.raised("bad argument #1 to 'settimeout' (seconds: ", wrapped.settimeout, wrapped, 0 / 0)
  expect.raised("bad argument #2 to 'settimeout' (mode: ", wrapped.settimeout, wrapped, 1, "x")
  expect.raised("bad argument #1 to 'receive' (pattern: ", wrapped.receive, wrapped, "*n")
  for _, seconds in ipairs({ INF, -INF, 1e300, -1e300, 1e-300, 0 }) do
    expect.that(wrapped:settimeout(seconds), "a wait of " .. seconds)
  end
  expect.that(wrapped:settimeout(0), "no wait")
  expect.that(not wrapped:receive(2 ^ 31), "nothing to receive")
end

local function sockets(acceptor)
  local nothing = { {}, { getfd = 5 }, io.stdout, { getfd = function() end }, 0.5, INF, -INF, 0 / 0, 2 ^ 40 }
  for _, client in ipairs(nothing) do
    expect.raised("bad argument #1 to 'wrap' (socket: ", acceptor.wrap, acceptor, client)
    expect.raised("bad argument #1 to 'accept' (socket: ", acceptor.accept, acceptor, client)
  end
  expect.refused("state.invalid_argument", acceptor:wrap(-1))
  expect.refused("state.invalid_argument", acceptor:wrap(-5))
  for _, closed in ipairs({ 2 ^ 31 - 1, 987654 }) do
    expect.refused("io.socket", acceptor:accept(closed))
  end
end

local function watches(acceptor)
  for _, seconds in ipairs({ -1, -0.5, INF, -INF, 0 / 0, 1e300 }) do
    expect.refused("state.invalid_argument", acceptor:watch(seconds))
  end
  expect.refused("config.invalid_value", acceptor:watch(86401))
  expect.that(acceptor:watch(86400) == true and acceptor:watch(0) == true, "a watch, and none")
end

local function verdicts()
  local told = { INF, -INF, 0 / 0, 1e300, -1e300, 2 ^ 53, 0.5, -1, "\0", ("x"):rep(1e6), "\255\254" }
  for _, verdict in ipairs(told) do
    local report = expect.that(peercert.report("", verdict), "a report")
    expect.that(report:clientcert().verified == false, "nobody is verified")
  end
end

-- Headers of which something would be left out, or that are none.
local function headers(forwarded)
  local pair, within = { "Host", "localhost" }, {}
  within[1] = within
  local wrong = {
    { "Host: localhost" },
    { "Host", "localhost" },
    { { "Host" } },
    { { "Host", 1 } },
    { { 1, "localhost" } },
    { { Host = "localhost" } },
    { pair, nil, pair },
    { pair, [4] = pair },
    { [0] = pair },
    { [-1] = pair },
    { [0.5] = pair },
    { [INF] = pair },
    { [true] = "x" },
    { [pair] = "x" },
    { Host = true },
    { Host = 80 },
    { Host = { 80 } },
    { Host = { "a", nil, "b" } },
    { Host = { a = "b" } },
    { Host = { { "a" } } },
    { Host = print },
    { pair, Host = 1 },
    within,
  }
  for _, given in ipairs(wrong) do
    expect.raised("bad argument #2 to 'read' (headers: ", forwarded.read, forwarded, "unix", given)
    expect.raised("bad argument #1 to 'strip' (headers: ", forwarded.strip, forwarded, given)
  end
  local mixed = { pair, { "client_cert", "x" }, pair, ["Client-Cert"] = { "x", "y" }, Accept = { "a", "b" }, Via = {} }
  local left = forwarded:strip(mixed)
  expect.that(#left == 2 and left[1] == pair and left[2] == pair, "the pairs that are left")
  expect.that(left.Accept == mixed.Accept and left["Client-Cert"] == nil, "the names that are left")
  expect.that(#mixed == 3 and mixed["Client-Cert"], "what was given is as it was")
end

-- Texts of any bytes; nobody is anybody by them.
local function octets(forwarded)
  for _, text in ipairs({ "", "\0", "\255", "client\255cert", ("x"):rep(1e6), "unix\0", "10.0.0.1\n" }) do
    expect.that(type(forwarded:claims(text)) == "boolean", "an answer")
    expect.that(not forwarded:claims_variable(text), "no variable")
    expect.that(forwarded:read(text, { { text, text } }) == nil, "no proxy")
    expect.that(not peercert.is_fake_basic_auth(text), "no credentials")
  end
  expect.that(forwarded:claims("client\255cert"), "an octet is folded as others are")
  expect.that(peercert.is_fake_basic_auth("Basic \255") and not peercert.is_fake_basic_auth(nil), "credentials")
  expect.refused("peer.forwarded_unreadable", forwarded:read("unix", { ["Client-Cert"] = "\0" }))
  expect.refused("peer.forwarded_ambiguous", forwarded:read("unix", { ["Client-Cert"] = { "x", "x" } }))
  expect.refused("peer.forwarded_too_large", forwarded:read("unix", { ["Client-Cert"] = ("x"):rep(1e6) }))
end

local function exports(connection)
  local report = assert(peercert.report())
  for _, form in ipairs({ "", "iis", "\0", "\255", "apache\0", ("x"):rep(1e6) }) do
    expect.refused("state.invalid_argument", report:export(form))
  end
  -- A handshake that has not ended is nobody's, whatever is asked.
  expect.refused("state.handshake_pending", connection:export("apache"))
  expect.refused("state.handshake_pending", connection:export("apache", { user = "root" }))
  expect.refused("state.handshake_pending", connection:export("iis", { user = {} }))
  for _, details in ipairs({ { "user" }, { [true] = "x" }, { user = print }, { user = "x", users = "y" } }) do
    local err = expect.refused("config." .. (details.user == print and "wrong_type" or "unknown_option"), report:export("cgi", details))
    expect.that(err.context.option, "the option is named")
  end
  expect.that(next(report:export("cgi", { user = "root" })) == nil, "nobody has no name")
end

return function(scene)
  local acceptor = scene.acceptor()
  local connection, wrapped = assert(acceptor:connection()), assert(acceptor:wrap(scene.descriptors[1]))
  wrapped:settimeout(0)
  functions(peercert, FUNCTIONS)
  functions(ssl, SSL)
  methods(acceptor, ACCEPTOR)
  methods(connection, CONNECTION)
  methods(wrapped, SOCKET)
  local certificate = assert(ssl.loadcertificate(scene.content("good.pem")))
  methods(certificate, { { "validat", { "time", "number" } } })
  local forwarded = assert(peercert.forwarded({ forwarded_format = "rfc9440", forwarded_from = "unix" }))
  methods(forwarded, FORWARDED)
  headers(forwarded)
  octets(forwarded)
  methods(assert(peercert.report()), { EXPORT })
  exports(connection)
  exports(wrapped)
  counts(connection, wrapped)
  sockets(acceptor)
  watches(acceptor)
  verdicts()
end
