--- This file is about options that are none: tables within themselves, huge texts, odd keys and numbers.

local expect = require("expect")
local peercert = require("peercert")
local ssl = require("peercert.ssl")

-- The options of a server and one more; the codes and options of its problems.
local function problems(scene, name, value)
  local options = { certificate = scene.folder .. "/server.pem", key = scene.folder .. "/server.key" }
  options[name] = value
  local acceptor, err = peercert.acceptor(options)
  expect.that(acceptor == nil, "a problem")
  return expect.refused(err.code, acceptor, err)
end

local function within_itself(scene)
  local list, named, one, other = {}, {}, {}, {}
  for index = 1, 100000 do
    list[index] = list
  end
  named.alpn, named.x = named, { named }
  one[1], other[1] = other, one
  for _, value in ipairs({ list, named, one, { list, list }, { { { { { "deep" } } } } } }) do
    local err = problems(scene, "alpn", value)
    expect.that(err.code == "config.wrong_type" and err.context.option == "alpn", tostring(err))
  end
  expect.that(problems(scene, "x", named).code == "config.unknown_option", "no such option")
  expect.refused("config.unknown_option", peercert.acceptor(named))
end

-- A list of which something would be left out.
local function no_lists(scene)
  local none = { { "h2", nil, "http/1.1" }, { "h2", x = "y" }, { [2] = "h2" }, { [0] = "h2" }, { [1.5] = "h2" } }
  for _, value in ipairs(none) do
    local err = problems(scene, "alpn", value)
    expect.that(err.code == "config.wrong_type", tostring(err))
  end
end

-- Hosts that are none, or within themselves; one that says nothing is as the server is.
local function hosts(scene)
  local within, deep = {}, { hosts = {} }
  within["a.test"] = within
  deep.hosts["b.test"] = deep
  local wrong = { 1, "a.test", true, print, { "a.test" }, { ["a.test"] = 1 }, { ["a.test"] = "x" }, within }
  for _, value in ipairs(wrong) do
    local err = problems(scene, "hosts", value)
    expect.that(err.code == "config.wrong_type" and err.context.option == "hosts", tostring(err))
  end
  for code, value in pairs({
    ["config.unknown_option"] = { ["a.test"] = { "x" } },
    ["config.bad_host_name"] = { ["*.*.test"] = {} },
  }) do
    expect.that(problems(scene, "hosts", value).code == code, code)
  end
  problems(scene, "hosts", { ["a.test"] = deep })
  local server = { certificate = scene.folder .. "/server.pem", key = scene.folder .. "/server.key" }
  for _, value in ipairs({ {}, { ["a.test"] = {} }, { ["a.test"] = { alpn = {} } } }) do
    server.hosts = value
    expect.that(peercert.acceptor(server), "a server")
  end
end

local function odd_keys(scene)
  local raising = setmetatable({}, {
    __tostring = function()
      error("called")
    end,
  })
  local keys = { 1, -1, 0.5, math.huge, true, false, raising, print, io.stdout, "", "\0", "\255", ("x"):rep(1e6) }
  for _, key in ipairs(keys) do
    expect.that(problems(scene, key, "x").code == "config.unknown_option", "no such option")
  end
end

local function odd_values(scene)
  local huge, inf = ("x"):rep(1e6), math.huge
  for _, name in ipairs({ "session_timeout", "handshake_timeout", "client_verify_depth" }) do
    for _, value in ipairs({ inf, -inf, 0 / 0, 1e300, -1e300, 2 ^ 63, -2 ^ 63, 2 ^ 53, -1, huge, print, io.stdout }) do
      expect.that(problems(scene, name, value).context.option == name, name)
    end
  end
  local texts = { "certificate", "key", "client_ca_file", "client_cert_mode", "min_version", "ciphers", "groups" }
  for _, name in ipairs(texts) do
    for _, value in ipairs({ huge, "\0", "\255\254", print, io.stdout, coroutine.create(function() end) }) do
      problems(scene, name, value)
    end
  end
  -- What a metatable would answer is not asked for.
  local asked = setmetatable({}, { __index = error, __pairs = error, __len = error })
  expect.refused("config.missing_option", peercert.acceptor(asked))
end

-- A parameter of LuaSec's that cannot be honoured is refused: a server that overlooked it were weaker.
local function parameters(scene)
  local function context(name, value)
    local given = {
      mode = "server",
      certificate = scene.folder .. "/server.pem",
      key = scene.folder .. "/server.key",
      cafile = scene.folder .. "/client-cas.pem",
      verify = "peer",
    }
    given[name] = value
    return ssl.newcontext(given)
  end
  expect.that(context("verify", { "peer", "fail_if_no_peer_cert" }).acceptor:mode() == "require", "require")
  expect.that(context("verify", { nil, "peer" }) == nil, "peer after a hole")
  local lists = { { 0 / 0 }, { peer = true }, { {} }, { "peer", 5 } }
  local wrong = { true, false, 5, math.huge, 0 / 0, print, io.stdout, "x", expect.unpack(lists) }
  for _, name in ipairs({ "verify", "verifyext", "options" }) do
    for _, value in ipairs(wrong) do
      local made, text = context(name, value)
      expect.that(made == nil and text:find("peercert.ssl: " .. name, 1, true), name .. ", found " .. tostring(text))
    end
  end
  local made, text = context("verify", "fail_if_no_peer_cert")
  expect.that(made == nil and text:find("verify = fail_if_no_peer_cert", 1, true), "no certificate is asked for")
  for _, context_of_none in ipairs({ {}, { acceptor = 5 }, { acceptor = {} }, { mode = "client" } }) do
    local wrapped, why = ssl.wrap(scene.descriptors[1], context_of_none)
    expect.that(wrapped == nil and type(why) == "string", "no context")
  end
end

return function(scene)
  within_itself(scene)
  no_lists(scene)
  hosts(scene)
  odd_keys(scene)
  odd_values(scene)
  parameters(scene)
end
