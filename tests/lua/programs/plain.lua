--- This file is about plain data: what the module answers, as JSON, or an error for what is not plain.
--
-- Plain are booleans, finite numbers, strings, and tables without metatables that are either sequences
-- or have names only. An empty table is written as a list: Lua cannot tell.

local plain = {}

-- Lua 5.1's and LuaJIT's numbers tell no integers from floats.
local typed = rawget(math, "type")

local ESCAPES = { ['"'] = '\\"', ["\\"] = "\\\\" }

local function escaped(character)
  return ESCAPES[character] or ("\\u%04x"):format(character:byte())
end

local function number(value)
  assert(value == value and math.abs(value) ~= math.huge, "no finite number")
  local kind = typed and typed(value) or (value % 1 == 0 and "integer" or "float")
  return kind == "integer" and ("%d"):format(value) or ("%.17g"):format(value):gsub("^-?%d+$", "%0.0")
end

local function list(value, depth)
  local parts = {}
  for index = 1, #value do
    parts[index] = plain.json(value[index], depth)
  end
  return "[" .. table.concat(parts, ",") .. "]"
end

local function dictionary(value, depth)
  local parts = {}
  for name, item in pairs(value) do
    assert(type(name) == "string", "a dictionary has a key that is no name")
    parts[#parts + 1] = plain.json(name) .. ":" .. plain.json(item, depth)
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

local function whole_sequence(value)
  local count = 0
  for _ in pairs(value) do
    count = count + 1
  end
  return count == #value
end

--- A plain value as JSON; text has to be UTF-8.
function plain.json(value, depth)
  depth = (depth or 0) + 1
  assert(depth < 20, "too deep: a table contains itself")
  local kind = type(value)
  if kind == "boolean" then
    return tostring(value)
  elseif kind == "number" then
    return (number(value))
  elseif kind == "string" then
    return '"' .. value:gsub('[%z\1-\31"\\\127]', escaped) .. '"'
  elseif kind == "table" then
    assert(getmetatable(value) == nil, "a table has a metatable")
    return whole_sequence(value) and list(value, depth) or dictionary(value, depth)
  end
  error("not plain: " .. kind)
end

return plain
