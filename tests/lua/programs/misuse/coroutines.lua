--- This file is about coroutines that are collected in the middle of a handshake.

local expect = require("expect")

local function waits(connection, bytes)
  return coroutine.create(function()
    connection:feed(bytes)
    while true do
      local done, word = connection:handshake()
      coroutine.yield(done, word)
    end
  end)
end

local function dropped(acceptor, bytes)
  local weak = setmetatable({}, { __mode = "v" })
  for index = 1, 50 do
    local thread = waits(acceptor:connection(), bytes)
    local resumed, done, word = coroutine.resume(thread)
    expect.that(resumed, tostring(done))
    expect.word("wantread", done, word)
    weak[index] = thread
  end
  collectgarbage()
  collectgarbage()
  expect.that(next(weak) == nil, "all are collected")
end

-- A connection that one coroutine began goes on in another when the first is gone.
local function handed_on(acceptor, bytes)
  local connection = acceptor:connection()
  coroutine.resume(waits(connection, bytes:sub(1, 20)))
  collectgarbage()
  local _, done, word = coroutine.resume(waits(connection, bytes:sub(21)))
  expect.word("wantread", done, word)
  expect.that(#connection:take() > 100, "the server's first flight")
end

local function over_socket(acceptor, descriptor)
  for _ = 1, 20 do
    local thread = coroutine.wrap(function()
      local wrapped = acceptor:wrap(descriptor)
      wrapped:settimeout(0)
      coroutine.yield(wrapped:handshake())
    end)
    expect.word("wantread", thread())
  end
  collectgarbage()
  local wrapped = expect.that(acceptor:wrap(descriptor), "the descriptor is still the script's")
  wrapped:settimeout(0)
  expect.word("wantread", wrapped:handshake())
end

return function(scene)
  local acceptor = scene.acceptor()
  dropped(acceptor, scene.hello)
  dropped(acceptor, scene.hello:sub(1, 100))
  handed_on(acceptor, scene.hello)
  over_socket(acceptor, scene.descriptors[1])
  -- The state ends with connections open, one of them in a coroutine.
  scene.open = { acceptor:connection(), waits(acceptor:connection(), scene.hello) }
  coroutine.resume(scene.open[2])
end
