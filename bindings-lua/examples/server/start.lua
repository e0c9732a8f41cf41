--- This file is about what a server does before its first client: options by name, every mistake in
-- them, the log of refusals, the listening socket.
--
-- In: the words of the command line, `certificate.pem key.pem client-ca.pem MODE [PORT
-- [OPTION=VALUE]...]`. Out: an acceptor and a port.

local peercert = require("peercert")

local start = {}

--- Seconds for a request and its answer.
start.REQUEST_SECONDS = 30
--- Seconds that a client who is refused has to read its alert: a socket that is closed while bytes
-- of the client are on their way is reset, and the alert is lost.
start.GOODBYE_SECONDS = 0.5

local function usage()
  io.stderr:write("usage: ", arg[0], " certificate.pem key.pem client-ca.pem MODE [PORT [OPTION=VALUE]...]\n")
  io.stderr:write("MODE: none, request, require_any, optional or require\n")
  os.exit(1)
end

-- The options: text, except where the option is a number.
local function options(words)
  local made = { certificate = words[1], key = words[2], client_cert_mode = words[4] }
  -- Client CAs that nobody asks for would be an error.
  if words[4] ~= "none" then
    made.client_ca_file = words[3]
  end
  for place = 6, #words do
    local name, value = words[place]:match("^([^=]+)=(.*)$")
    if not name then
      usage()
    end
    made[name] = name == "handshake_timeout" and tonumber(value) or value
  end
  return made
end

--- One line for a handshake that failed: what happened, the verdict on the certificate, a sentence
-- without control characters, so that a client cannot write lines of its own.
function start.log(err)
  local verdict = err.clientcert and err.clientcert.verifycode or "-"
  io.stderr:write("refused ", err.code, " ", verdict, ": ", err.message, "\n")
end

--- Logs a handshake that did not end in time: the client has done nothing wrong yet, so that
-- `on_refusal` does not tell of it.
function start.log_timeout()
  io.stderr:write("refused io.timeout -: the handshake did not end in time\n")
end

--- The acceptor and the port of the command line; otherwise says everything that is wrong.
function start.acceptor(words)
  local port = tonumber(words[5] or 0)
  if #words < 4 or not port then
    usage()
  end
  local acceptor, err = peercert.acceptor(options(words))
  if not acceptor then
    for _, problem in ipairs(#err.problems > 0 and err.problems or { err }) do
      io.stderr:write(tostring(problem), "\n")
    end
    os.exit(1)
  end
  for _, warning in ipairs(acceptor:warnings()) do
    io.stderr:write("warning: ", warning, "\n")
  end
  acceptor:on_refusal(start.log)
  return acceptor, port
end

--- Says where the server listens.
function start.listening(port)
  print(("listening %d"):format(port))
  io.stdout:flush()
end

--- A LuaSocket object that listens on loopback.
function start.listen(port)
  local server = assert(require("socket").bind("127.0.0.1", port, 128))
  local _, bound = server:getsockname()
  start.listening(bound)
  return server
end

return start
