--- This file is about callbacks that misbehave: they call back, raise, yield, collect.

local expect = require("expect")

-- A connection that a client refuses by speaking HTTP.
local function refused(acceptor)
  local connection = acceptor:connection()
  connection:feed("GET / HTTP/1.1\r\n\r\n")
  return connection
end

local function fails(acceptor, callback)
  local told = 0
  local connection = refused(acceptor)
  acceptor:on_refusal(function(err)
    told = told + 1
    expect.refused("peer.plain_http", nil, err)
    collectgarbage("step")
    return callback(connection, err)
  end)
  expect.refused("peer.plain_http", connection:handshake())
  expect.refused("peer.plain_http", connection:handshake())
  expect.that(told == 1, "told once, found " .. told)
end

local function recursion(acceptor)
  fails(acceptor, function(connection)
    expect.refused("peer.plain_http", connection:handshake())
    connection:take()
    connection:close()
    connection:feed("x")
    acceptor:on_refusal(nil)
    acceptor:on_refusal(error)
  end)
  local depth = 0
  acceptor:on_refusal(function()
    depth = depth + 1
    if depth < 50 then
      refused(acceptor):handshake()
    end
  end)
  expect.refused("peer.plain_http", refused(acceptor):handshake())
  expect.that(depth == 50, "a callback within a callback, found " .. depth)
  -- Until Lua's stack ends: an error in the callback, and no more than that.
  acceptor:on_refusal(function()
    refused(acceptor):handshake()
  end)
  expect.refused("peer.plain_http", refused(acceptor):handshake())
end

local function errors(acceptor)
  for _, raised in ipairs({ "text", {}, 5, false, io.stdout, setmetatable({}, { __tostring = error }) }) do
    fails(acceptor, function()
      error(raised)
    end)
  end
  fails(acceptor, function()
    error()
  end)
  fails(acceptor, function(_, err)
    for name in pairs(err) do
      err.clientcert = name
    end
  end)
end

local function yields(acceptor)
  acceptor:on_refusal(function()
    coroutine.yield("from the callback")
  end)
  local thread = coroutine.create(function()
    return refused(acceptor):handshake()
  end)
  -- Where a yield may not pass, it is an error of the callback's.
  local done, value, err = coroutine.resume(thread)
  expect.that(done, "no error: " .. tostring(value))
  if value == "from the callback" then
    done, value, err = coroutine.resume(thread)
  end
  expect.refused("peer.plain_http", done and value, err)
end

-- An object that calls while it is collected, in 5.1 and LuaJIT a userdata.
local function finalized(finalizer)
  local proxy = rawget(_G, "newproxy")
  if proxy then
    local made = proxy(true)
    getmetatable(made).__gc = finalizer
    return made
  end
  return setmetatable({}, { __gc = finalizer })
end

-- The collector runs within our functions; finalizers call the very connection that is in a call.
local function finalizers(scene)
  local ran = 0
  local acceptor = scene.acceptor()
  collectgarbage("setpause", 1)
  collectgarbage("setstepmul", 10000)
  for _ = 1, 50 do
    local connection = acceptor:connection()
    local function disturb()
      finalized(function()
        ran = ran + 1
        pcall(connection.feed, connection, "x")
        pcall(connection.take, connection)
        pcall(connection.handshake, connection)
        pcall(connection.read, connection)
        pcall(connection.clientcert, connection)
      end)
    end
    for _ = 1, 20 do
      disturb()
      connection:feed(scene.hello)
      disturb()
      connection:handshake()
      disturb()
      connection:take()
      disturb()
      connection:read(100)
    end
  end
  collectgarbage()
  expect.that(ran > 1000, "finalizers ran, found " .. ran)
end

return function(scene)
  local acceptor = scene.acceptor()
  recursion(acceptor)
  errors(acceptor)
  yields(acceptor)
  finalizers(scene)
end
