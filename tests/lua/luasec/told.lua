--- This file is about what a scenario observes: a line of JSON for each observation.

local told = {}

local function text(value)
  return '"' .. value:gsub('[%c"\\\128-\255]', function(byte)
    return ("\\u%04x"):format(byte:byte())
  end) .. '"'
end

local function json(value)
  if type(value) == "string" then
    return text(value)
  elseif type(value) == "table" then
    local items = {}
    for key, item in pairs(value) do
      items[#items + 1] = text(tostring(key)) .. ":" .. json(item)
    end
    table.sort(items)
    return "{" .. table.concat(items, ",") .. "}"
  elseif value == nil then
    return "null"
  elseif type(value) == "number" then
    return ("%.14g"):format(value)
  end
  return tostring(value)
end

--- Says what something gave, all of its results.
function told.tell(name, ...)
  local items = { text(name) }
  for place = 1, select("#", ...) do
    items[place + 1] = json((select(place, ...)))
  end
  print("[" .. table.concat(items, ",") .. "]")
end

--- Says that the client may do its next step.
function told.waiting(step)
  print("waiting " .. step)
end

return told
