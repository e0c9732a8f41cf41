--- This file is about methods out of order: before the handshake, after an error, after the end.

local expect = require("expect")

local TELLING = { "clientcert", "chain", "der", "json" }

local function before(connection)
  for _, name in ipairs(TELLING) do
    expect.refused("state.handshake_pending", connection[name](connection))
  end
  expect.refused("state.handshake_pending", connection:details())
  expect.refused("state.handshake_pending", connection:exportkeyingmaterial("EXPORTER-Channel-Binding", 32))
end

local function without_socket(acceptor)
  local connection = acceptor:connection()
  before(connection)
  expect.word("wantread", connection:handshake())
  connection:feed("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
  local _, first = connection:handshake()
  expect.refused("peer.plain_http", nil, first)
  for _ = 1, 3 do
    -- The same error again, whatever is tried.
    expect.refused("peer.plain_http", connection:handshake())
    expect.that(type(connection:take()) == "string", "bytes to send")
  end
  for _, name in ipairs({ "read", "handshake" }) do
    local value, err = connection[name](connection)
    expect.that(value == nil and type(err) == "table", name .. " after an error is one")
  end
  local value, err = connection:write("x")
  expect.that(value == nil and type(err) == "table", "write after an error is one")
  connection:feed_eof()
  connection:feed_eof()
  connection:feed("more")
  connection:close()
  connection:close()
end

local function ended(acceptor)
  local connection = acceptor:connection()
  connection:close()
  local done, err = connection:handshake()
  expect.that(done == nil and err ~= nil, "no handshake after close")
  connection = acceptor:connection()
  connection:feed_eof()
  expect.refused("peer.closed", connection:handshake())
end

-- A client that has shaken hands, then everything after the end.
local function over_socket(acceptor, descriptor)
  local wrapped = assert(acceptor:accept(descriptor))
  expect.that(wrapped:clientcert().present, "a client with a certificate")
  expect.that(wrapped:export("cgi", { user = "jane" }).REMOTE_USER == "jane", "who the user is")
  expect.refused("config.unknown_option", wrapped:export("apache", { protocol = "TLSv9" }))
  expect.that(wrapped:handshake() and wrapped:handshake(), "shaken hands, and again")
  expect.that(wrapped:receive("*l") == "hello", "what the client says")
  expect.that(wrapped:send("bye", -100, 100) == 3, "everything sent")
  expect.that(wrapped:send("bye", 3, 1) == 2 and wrapped:send("") == 0, "nothing to send")
  expect.that(wrapped:close() and wrapped:close(), "closed, and again")
  expect.word("closed", wrapped:receive())
  expect.word("closed", wrapped:send("x"))
  expect.refused("state.closed", wrapped:handshake())
  expect.that(wrapped:dohandshake() == false, "no handshake after close")
  expect.that(wrapped:getfd() == -1 and not wrapped:dirty(), "no descriptor after close")
  expect.that(wrapped:clientcert().present and wrapped:details().sslversion, "who the client was")
  expect.that(wrapped:export("apache").SSL_CLIENT_VERIFY == "SUCCESS", "that it was verified")
  expect.that(tostring(wrapped):find("^SSL connection: closed"), "a closed one says so")
  expect.that(wrapped:getpeername() == nil and wrapped:settimeout(1), "no name of a bare descriptor")
end

return function(scene)
  local acceptor = scene.acceptor()
  without_socket(acceptor)
  ended(acceptor)
  before(assert(acceptor:wrap(scene.descriptors[1])))
  over_socket(acceptor, scene.descriptors[2])
end
