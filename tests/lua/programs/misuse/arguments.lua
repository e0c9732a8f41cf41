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
local EXPORT = { "exportkeyingmaterial", { "label", "string" }, { "size", "number" } }
local SERVES = { "serves", { "authority", "string" } }
local CONNECTION = {
  { "feed", { "bytes", "string" } },
  { "read", { "size", "number", "nil" } },
  { "write", { "bytes", "string" } },
  EXPORT,
  SERVES,
}
local SOCKET = {
  { "receive", { "pattern", "string", "number", "nil" }, { "prefix", "string", "number", "nil" } },
  { "send", { "bytes", "string", "number" }, { "first", "number", "nil" }, { "last", "number", "nil" } },
  { "settimeout", { "seconds", "number", "nil" }, { "mode", "string", "nil" } },
  { "getpeercertificate", { "place", "number", "nil" } },
  EXPORT,
  SERVES,
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
  counts(connection, wrapped)
  sockets(acceptor)
  watches(acceptor)
  verdicts()
end
