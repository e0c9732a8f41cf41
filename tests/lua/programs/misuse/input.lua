--- This file is about bad input: certificates that are damaged, clients that speak no TLS or nothing.

local expect = require("expect")
local peercert = require("peercert")

-- A dictionary, or an error of the certificate: nothing else.
local function read(data)
  local found, err = peercert.certinfo(data)
  if found then
    expect.that(type(found.fingerprint) == "string", "a dictionary")
  else
    expect.that(err.kind == "certificate", "an error of the certificate, found " .. tostring(err))
    expect.refused(err.code, found, err)
  end
  local list, why = peercert.certinfos(data)
  expect.that(list and #list > 0 or expect.refused(why.code, list, why), "a list or an error")
end

local function certificates(scene)
  local pem = scene.content("good.pem")
  local connection = assert(peercert.report(pem, "FAILED:x"))
  local der = connection:der()
  for place = 1, #der, 3 do
    read(der:sub(1, place - 1))
    for _, byte in ipairs({ "\0", "\127", "\128", "\255" }) do
      read(der:sub(1, place - 1) .. byte .. der:sub(place + 1))
    end
  end
  for place = 1, #pem, 7 do
    read(pem:sub(1, place))
    read(pem:sub(1, place - 1) .. "\255" .. pem:sub(place + 1))
  end
  local begun = ("-----BEGIN CERTIFICATE-----\n"):rep(1e4)
  for _, data in ipairs({ "", "\0", "0", ("x"):rep(1e7), ("\48\130"):rep(1e6), begun }) do
    read(data)
    expect.that(peercert.report(data, "SUCCESS") == nil or data == "", "no report of garbage")
  end
  for _, path in ipairs({ "", "\0", "/", scene.folder, scene.folder .. "/missing.pem", ("x/"):rep(1e5), "\255" }) do
    local found, err = peercert.certinfo_file(path)
    expect.refused(err.code, found, err)
  end
end

-- Every way to begin wrongly ends in one error, the same each time, whatever the collector does.
local function beginnings(scene)
  local acceptor = scene.acceptor()
  local hello = scene.hello
  local said = { "GET / HTTP/1.0\r\n\r\n", "SSH-2.0-x\r\n", ("\0"):rep(1000), ("\255"):rep(1e6) }
  said[#said + 1] = ("\22\3\1\255\255"):rep(10)
  said[#said + 1] = hello .. hello
  for place = 1, #hello, 5 do
    said[#said + 1] = hello:sub(1, place - 1) .. "\255" .. hello:sub(place + 1)
    said[#said + 1] = hello:sub(1, place - 1)
  end
  for _, bytes in ipairs(said) do
    local connection, told = acceptor:connection(), 0
    acceptor:on_refusal(function(err)
      collectgarbage("step")
      told = told + 1
      expect.that(err.kind == "peer", "an error of the peer")
    end)
    connection:feed(bytes)
    connection:handshake()
    connection:feed_eof()
    local done, err = connection:handshake()
    expect.refused(err.code, done, err)
    expect.refused(err.code, connection:handshake())
    expect.that(told == 1, "told once, found " .. told .. " for " .. err.code)
  end
end

local function peers(scene)
  local acceptor = scene.acceptor("require", 0.05)
  local silent, http, gone = scene.descriptors[1], scene.descriptors[2], scene.descriptors[3]
  expect.refused("io.timeout", acceptor:accept(silent))
  expect.refused("peer.plain_http", acceptor:accept(http))
  expect.refused("peer.closed", acceptor:accept(gone))
end

return function(scene)
  certificates(scene)
  beginnings(scene)
  peers(scene)
end
