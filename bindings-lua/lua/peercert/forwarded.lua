--- This file is about what a trusted proxy forwards of a client, in the headers of a request.
--
-- Headers are a list of pairs, `{ { "Host", "example.org" }, ... }`, or values by name,
-- `{ Host = "example.org", ... }`, where one that is there several times is a list of values.

local arguments = require("peercert.arguments")
local caller = require("peercert.caller")
local errors = require("peercert.errors")
local native = require("peercert.native")

local check, checked_self = arguments.check, arguments.checked_self

local Forwarded = { __name = "peercert.Forwarded" }
Forwarded.__index = Forwarded

local forwarded = {}

--- Which proxies are trusted to say who the client is: options for each of them.
function forwarded.new(...)
  local made, err = errors.answer(native.forwarded(...))
  if not made then
    return nil, err
  end
  return setmetatable({ native = made }, Forwarded)
end

-- Blames the caller of the method whose headers are looked at.
local function refuse(method, position, what)
  error(("bad argument #%d to '%s' (headers: %s)"):format(position, method, what), 4)
end

-- Whether a place in a table is one of its first `count`.
local function is_place(key, count)
  return type(key) == "number" and key >= 1 and key <= count and key % 1 == 0
end

local function is_text(value)
  return type(value) == "string"
end

-- How many texts a list has; nil when something else is in the table.
local function count_texts(list)
  local count = #list
  for key in next, list do
    if not is_place(key, count) then
      return nil
    end
  end
  for place = 1, count do
    if not is_text(list[place]) then
      return nil
    end
  end
  return count
end

-- Calls `visit` with name and value of each header, and with what stands in the table. A header that
-- were left out in silence could be the one that matters.
local function each(headers, method, position, visit)
  local count = #headers
  for key, entry in next, headers do
    if is_text(key) then
      local values = type(entry) == "table" and entry or { entry }
      local several = count_texts(values)
      if not several then
        refuse(method, position, ("a string or a list of strings expected for %q"):format(key:sub(1, 80)))
      end
      for place = 1, several do
        visit(key, values[place], entry)
      end
    elseif not is_place(key, count) then
      refuse(method, position, "a list of pairs, or values by name expected")
    end
  end
  -- In their order.
  for place = 1, count do
    local pair = headers[place]
    if type(pair) ~= "table" or not is_text(pair[1]) or not is_text(pair[2]) then
      refuse(method, position, "a name and a value expected at place " .. place)
    end
    visit(pair[1], pair[2], pair)
  end
end

--- The client whom a trusted proxy tells of, as a report; nil when the request comes from no trusted
-- proxy. `sender` is who is at the other end of the socket: an IP address, "unix" for a Unix socket, ""
-- or nil when it is not known. Names are as they were sent: `Client_Cert` is not the header of a proxy
-- that writes `Client-Cert`, and refused. After nil and an error the request has to be refused.
function Forwarded:read(sender, headers)
  checked_self("read", self, Forwarded)
  check("read", 1, "sender", sender, "string", "nil")
  check("read", 2, "headers", headers, "table")
  local names, values = {}, {}
  each(headers, "read", 2, function(name, value)
    names[#names + 1], values[#values + 1] = name, value
  end)
  return caller.report(errors.answer(self.native:read(sender or "", names, values)))
end

--- Whether the header of that name says who a client is, in whatever spelling: only a trusted proxy may
-- send it.
function Forwarded:claims(name)
  checked_self("claims", self, Forwarded)
  check("claims", 1, "name", name, "string")
  return self.native:claims(name)
end

--- The same of a variable of CGI or WSAPI, `HTTP_...`.
function Forwarded:claims_variable(name)
  checked_self("claims_variable", self, Forwarded)
  check("claims_variable", 1, "name", name, "string")
  return self.native:claims_variable(name)
end

--- The headers that are left, in a table of the same kind, when those are gone that say who a client is.
function Forwarded:strip(headers)
  checked_self("strip", self, Forwarded)
  check("strip", 1, "headers", headers, "table")
  local left = {}
  each(headers, "strip", 1, function(name, _, entry)
    if not self.native:claims(name) then
      left[rawget(headers, name) == entry and name or #left + 1] = entry
    end
  end)
  return left
end

return forwarded
