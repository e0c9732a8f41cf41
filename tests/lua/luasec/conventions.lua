--- This file is about LuaSec's conventions: scenarios that run with LuaSec and with what stands in for
-- it, so that what they observe can be compared.
--
-- Usage: conventions.lua MODULE SCENARIO FOLDER; FOLDER has the certificates.

package.path = package.path .. ";" .. arg[0]:match("^.*/") .. "?.lua"
io.stdout:setvbuf("line")

local module, scenario, folder = arg[1], arg[2], arg[3]
local socket = require("socket")
local ssl = require(module)
local told = require("told")

local tell, waiting = told.tell, told.waiting

local PATIENCE = 30
local LARGE = ("0123456789abcdef"):rep(500000)

local scenarios = {}

local function readable(connection)
  return #socket.select({ connection }, nil, PATIENCE) == 1
end

function scenarios.patterns(connection)
  tell("default", connection:receive())
  tell("line", connection:receive("*l"))
  tell("line with carriage returns", connection:receive("*l"))
  tell("line behind a prefix", connection:receive("*l", "prefix"))
  tell("empty line", connection:receive("*l"))
  tell("count", connection:receive(3))
  tell("no pattern", (pcall(connection.receive, connection, "no pattern")))
  tell("count behind a prefix", connection:receive(5, "abc"))
  tell("count that the prefix has", connection:receive(2, "prefix"))
  tell("nothing", connection:receive(0))
  tell("all", connection:receive("*a"))
  tell("all at the end", connection:receive("*a"))
  tell("line at the end", connection:receive("*l"))
  tell("count at the end", connection:receive(7, "prefix"))
end

function scenarios.without_star(connection)
  tell("line", connection:receive("l"))
  tell("all", connection:receive("a"))
end

function scenarios.last_line_without_end(connection)
  tell("line", connection:receive("*l"))
  tell("closed", connection:receive("*l"))
end

function scenarios.count_that_is_too_large(connection)
  tell("count", connection:receive(100, "<"))
end

function scenarios.parts(connection)
  connection:settimeout(0)
  tell("line before anything", connection:receive("*l"))
  tell("want", connection:want())
  tell("count before anything", connection:receive(10, "prefix"))
  tell("all before anything", connection:receive("*a"))
  waiting("half a line")
  tell("select", readable(connection))
  tell("half a line", connection:receive("*l"))
  waiting("the other half")
  tell("select again", readable(connection))
  tell("both halves", connection:receive("*l", "half "))
  tell("want nothing", connection:want())
end

function scenarios.sending(connection)
  tell("all", connection:send("hello"))
  tell("from", connection:send("hello", 2))
  tell("from to", connection:send("hello", 2, 4))
  tell("from the end", connection:send("hello", -3))
  tell("to the end", connection:send("hello", 1, -2))
  tell("to beyond", connection:send("hello", 3, 100))
  tell("from beyond", connection:send("hello", 10))
  tell("backwards", connection:send("hello", 4, 2))
  tell("nothing", connection:send(""))
  tell("number", connection:send(42))
end

function scenarios.sending_in_parts(connection)
  connection:settimeout(0)
  local sent, word, place = connection:send(LARGE)
  tell("first", sent, word, place > 0 and place < #LARGE)
  tell("want", connection:want())
  waiting("the reader")
  while not sent do
    socket.select(nil, { connection }, PATIENCE)
    sent, word, place = connection:send(LARGE, place + 1)
  end
  tell("last", sent, word, place)
end

function scenarios.dirt(connection, plain_fd)
  tell("descriptor", connection:getfd() == plain_fd)
  tell("name", tostring(connection):sub(1, 3))
  tell("clean", connection:dirty())
  waiting("bytes")
  tell("some", connection:receive(3))
  tell("dirty", connection:dirty())
  tell("select", readable(connection))
  tell("rest", connection:receive(7))
  tell("clean again", connection:dirty())
end

function scenarios.closing(connection)
  tell("timeout", connection:settimeout(1))
  tell("close", (pcall(connection.close, connection)))
  tell("close again", (pcall(connection.close, connection)))
  tell("receive", connection:receive())
  tell("receive behind a prefix", connection:receive("*l", "prefix"))
  tell("send", connection:send("hello"))
  if module ~= "ssl" then
    -- LuaSec 1.2 crashes here.
    tell("handshake", connection:dohandshake())
  end
  tell("descriptor", connection:getfd())
  tell("dirty", connection:dirty())
end

function scenarios.closing_with_lines(connection)
  tell("line", connection:receive())
  tell("dirty", connection:dirty())
  connection:close()
  tell("line after", connection:receive())
  tell("dirty after", connection:dirty())
end

function scenarios.names(connection)
  tell("protocol", connection:info("protocol"))
  tell("cipher", connection:info("cipher"))
  tell("compression", connection:info("compression"))
  tell("protocol of all", connection:info().protocol)
  tell("alpn", connection:getalpn())
  tell("sni", connection:getsniname())
end

function scenarios.certificate(connection)
  local certificate = connection:getpeercertificate()
  tell("verified", connection:getpeerverification())
  tell("subject", certificate:subject())
  tell("issuer", certificate:issuer())
  tell("names", certificate:extensions())
  tell("serial", certificate:serial())
  tell("from", certificate:notbefore())
  tell("to", certificate:notafter())
  tell("fingerprint", certificate:digest("sha256"))
  tell("pem", certificate:pem())
  tell("valid now", certificate:validat(os.time()))
  tell("valid at the beginning", certificate:validat(0))
  tell("same by place", connection:getpeercertificate(1):pem() == certificate:pem())
  tell("chain", #connection:getpeerchain(), connection:getpeerchain()[1]:pem() == certificate:pem())
  tell("beyond the chain", connection:getpeercertificate(9))
end

function scenarios.verdict(connection)
  tell("verified", connection:getpeerverification())
end

function scenarios.absence(connection)
  tell("certificate", connection:getpeercertificate())
  tell("verified", connection:getpeerverification())
  tell("chain", connection:getpeerchain())
end

function scenarios.resumption(connection)
  connection:send(connection:getpeerverification() == true and "verified\n" or "unknown\n")
end

-- The plain socket is closed, and another has its descriptor.
function scenarios.taken_descriptor(connection, fd, plain)
  plain:close()
  local other = assert(socket.tcp4())
  tell("same descriptor", other:getfd() == fd)
  tell("descriptor", connection:getfd())
  tell("receive", connection:receive())
  tell("send", connection:send("to a stranger"))
  tell("handshake", connection:dohandshake())
  tell("dirty", connection:dirty())
  tell("close", connection:close())
  tell("other is open", other:getfd() == fd)
end

function scenarios.patience(connection)
  connection:settimeout(0.1)
  tell("each wait", connection:receive("*l"))
  connection:settimeout()
  connection:settimeout(0.2, "t")
  waiting("the endless line")
  local text, word, part = connection:receive("*l")
  tell("the whole call", text, word, #part > 0)
end

local parameters = {
  mode = "server",
  protocol = "any",
  certificate = folder .. "/server.pem",
  key = folder .. "/server.key",
  cafile = folder .. "/client-ca.pem",
  verify = { "peer" },
  options = { "all", "no_sslv2", "no_sslv3" },
  alpn = { "h2", "http/1.1" },
}
if scenario == "verdict" or scenario == "absence" then
  parameters.verifyext = { "lsec_continue" }
end

local context = assert(ssl.newcontext(parameters))
local server = assert(socket.bind("127.0.0.1", 0))
print("listening " .. select(2, server:getsockname()))
for _ = 1, tonumber(arg[4] or 1) do
  local plain = assert(server:accept())
  local plain_fd = plain:getfd()
  local connection = assert(ssl.wrap(plain, context))
  connection:settimeout(PATIENCE)
  local done, err = connection:dohandshake()
  if scenario == "refusal" then
    tell("refused", done, err)
    tell("why", connection:lasterror())
  else
    assert(done, err)
    scenarios[scenario](connection, plain_fd, plain)
  end
  connection:close()
end
print("done")
