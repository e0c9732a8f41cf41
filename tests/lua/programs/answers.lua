--- This file is about answering: each line asks for an operation, each answer is a line of JSON.
--
-- In: `return "operation", argument` as Lua. Out: {"value": ...}, {"want": word} or {"error": ...}; what
-- the client is sent is hexadecimal.

local peercert = require("peercert")
local plain = require("plain")

local unpack = rawget(_G, "unpack") or rawget(table, "unpack")

local acceptor, connection, forwarded

local function hexadecimal(bytes)
  return (bytes:gsub(".", function(byte)
    return ("%02x"):format(byte:byte())
  end))
end

-- Errors have a metatable, for `tostring`; all that is in them is plain.
local function shown(err)
  assert(type(tostring(err)) == "string" and tostring(err):find(err.code, 1, true))
  local bare = {}
  for name, value in pairs(err) do
    bare[name] = value
  end
  bare.problems = {}
  for index, problem in ipairs(err.problems) do
    bare.problems[index] = shown(problem)
  end
  return bare
end

local operations = {}

function operations.version()
  return { peercert.version() }
end

function operations.certinfo(data)
  return peercert.certinfo(data)
end

--- How many warnings the acceptor has. Its callback collects garbage, each time.
function operations.acceptor(options)
  local err
  acceptor, err = peercert.acceptor(options)
  if not acceptor then
    return nil, err
  end
  acceptor:on_refusal(function()
    collectgarbage("step")
  end)
  return #acceptor:warnings()
end

function operations.reload()
  return acceptor:reload()
end

function operations.watch(seconds)
  return acceptor:watch(seconds)
end

--- The code of the error; false when there is none.
function operations.reload_error()
  local err = acceptor:reload_error()
  return err and shown(err).code or false
end

function operations.counters()
  return acceptor:counters()
end

function operations.warnings()
  return acceptor:warnings()
end

function operations.connection()
  local err
  connection, err = acceptor:connection()
  return connection and true, err
end

function operations.feed(bytes)
  return connection:feed(bytes)
end

function operations.handshake()
  return connection:handshake()
end

function operations.write(bytes)
  return connection:write(bytes)
end

function operations.take()
  return hexadecimal(connection:take())
end

function operations.clientcert()
  return connection:clientcert()
end

function operations.details()
  return connection:details()
end

--- What is exported of the client of a host.
function operations.export(asked)
  local report = assert(peercert.report(asked.certificate, asked.verdict))
  return report:export(asked.form, asked.details)
end

--- What is exported of the client of the connection.
function operations.exported(asked)
  return connection:export(asked.form, asked.details)
end

--- Trusts proxies, options for each.
function operations.forwarded(proxies)
  local err
  forwarded, err = peercert.forwarded(unpack(proxies))
  return forwarded and true, err
end

-- What the vectors say of a report; false when nobody is known.
local function told(report, err)
  if not report then
    if err then
      return nil, err
    end
    return false
  end
  local client = report:clientcert()
  assert(client.source == "forwarded" and client.anchor == nil)
  return {
    present = client.present,
    verified = client.verified,
    verifycode = client.verifycode,
    fingerprint = client.fingerprint,
    chain = #(report:chain() or {}),
  }
end

function operations.read_forwarded(request)
  return told(forwarded:read(request.sender, request.headers))
end

function operations.strip(headers)
  return forwarded:strip(headers)
end

function operations.claims(name)
  return { forwarded:claims(name), forwarded:claims_variable("HTTP_" .. name), forwarded:claims_variable(name) }
end

function operations.serves(authority)
  return connection:serves(authority)
end

function operations.json()
  return connection:json()
end

--- How much memory the process has, in KiB, after all garbage is gone.
function operations.memory()
  connection = nil
  collectgarbage()
  collectgarbage()
  for line in io.lines("/proc/self/status") do
    local size = line:match("^VmRSS:%s*(%d+)")
    if size then
      return tonumber(size)
    end
  end
end

io.stdout:setvbuf("line")
for line in io.lines() do
  local operation, argument = assert((rawget(_G, "loadstring") or load)(line))()
  local value, err = operations[operation](argument)
  if value ~= nil then
    print('{"value":' .. plain.json(value) .. "}")
  elseif type(err) == "string" then
    print('{"want":' .. plain.json(err) .. "}")
  else
    print('{"error":' .. plain.json(shown(err)) .. "}")
  end
end
