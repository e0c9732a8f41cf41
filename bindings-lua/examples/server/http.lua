--- This file is about HTTP/1.1 as the servers speak it: requests and answers, nothing of TLS.
--
-- In: an object that receives lines and counts of bytes and sends, as LuaSocket's do; it may yield
-- while it waits. Out: answers, until the client or an error ends the connection.

local http = {}

local BODY = 64 * 1024 * 1024
local FIELDS = 100

local REASONS = {
  [200] = "OK",
  [400] = "Bad Request",
  [404] = "Not Found",
  [405] = "Method Not Allowed",
  [413] = "Content Too Large",
  [501] = "Not Implemented",
}

-- Reads the fields of a head, with lower-case names; nil when they are none.
local function receive_fields(client)
  local fields = {}
  for _ = 1, FIELDS do
    local line = client:receive("*l")
    if line == "" then
      return fields
    end
    local name, value = (line or ""):match("^([^%s:]+):[ \t]*(.-)[ \t]*$")
    if not name then
      return nil
    end
    name = name:lower()
    -- A field that came twice is a list; two lengths are no length.
    fields[name] = fields[name] and fields[name] .. ", " .. value or value
  end
  return nil
end

-- Reads the body; otherwise nil and the status of the answer, nil when nobody waits for one.
local function receive_body(client, fields)
  if fields["transfer-encoding"] then
    return nil, 501
  end
  local length = fields["content-length"] or "0"
  if not length:match("^%d+$") then
    return nil, 400
  end
  if tonumber(length) > BODY then
    return nil, 413
  end
  if (fields.expect or ""):lower() == "100-continue" then
    client:send("HTTP/1.1 100 Continue\r\n\r\n")
  end
  if tonumber(length) == 0 then
    return ""
  end
  return client:receive(tonumber(length))
end

-- What to answer: status, type and body.
local function answer(method, path, body, identity)
  if path == "/echo" then
    if method ~= "POST" then
      return 405
    end
    return 200, "application/octet-stream", body
  elseif path == "/" then
    if method ~= "GET" then
      return 405
    end
    return 200, "application/json", identity()
  end
  return 404
end

local function send(client, keep, status, kind, body)
  body = body or ""
  return client:send(table.concat({
    ("HTTP/1.1 %d %s"):format(status, REASONS[status]),
    "Content-Type: " .. (kind or "text/plain"),
    ("Content-Length: %d"):format(#body),
    "Connection: " .. (keep and "keep-alive" or "close"),
    "",
    body,
  }, "\r\n"))
end

-- One request and its answer; true when another may follow.
local function exchange(client, identity)
  local line = client:receive("*l")
  local method, path, version = (line or ""):match("^(%u+) (/%S*) HTTP/1%.([01])$")
  if not method then
    if line then
      send(client, false, 400)
    end
    return false
  end
  local fields = receive_fields(client)
  if not fields then
    send(client, false, 400)
    return false
  end
  local body, status = receive_body(client, fields)
  if not body then
    if type(status) == "number" then
      send(client, false, status)
    end
    return false
  end
  local keep = version == "1" and not (fields.connection or ""):lower():find("close", 1, true)
  return send(client, keep, answer(method, path, body, identity)) and keep
end

--- Answers a client's requests. `identity` gives who it is, as JSON; `before` is called before each
-- request.
function http.converse(client, identity, before)
  repeat
    if before then
      before()
    end
  until not exchange(client, identity)
end

return http
