--- This file is about arguments: a wrong one raises a plain error that names it.

local arguments = {}

-- Blames the caller of the method that checks its argument.
local function refuse(name, position, argument, wanted, found)
  error(("bad argument #%d to '%s' (%s: %s expected, got %s)"):format(position, name, argument, wanted, found), 4)
end

--- Raises an error unless the value is of one of up to three types.
function arguments.check(name, position, argument, value, one, two, three)
  local found = type(value)
  -- Each call of a connection comes by here: no table unless something is wrong.
  if found == one or found == two or found == three then
    return
  end
  local types = table.concat({ one, two, three }, " or "):gsub("nil", "nothing")
  refuse(name, position, argument, types, value == nil and "no value" or found)
end

--- Raises an error unless a method was called on an object of its class.
function arguments.checked_self(name, self, class)
  if type(self) ~= "table" or getmetatable(self) ~= class then
    local message = ("bad self to '%s' (%s expected, got %s); call it with a colon"):format(
      name,
      class.__name,
      type(self)
    )
    error(message, 3)
  end
end

--- Raises an error for what is no number: it compares with nothing.
function arguments.no_nan(name, position, argument, value)
  if value ~= value then
    refuse(name, position, argument, "number", "nan")
  end
end

--- Raises an error unless a number is whole, as a place in a text is.
function arguments.whole(name, position, argument, value)
  if value % 1 ~= 0 or math.abs(value) > 2 ^ 53 then
    refuse(name, position, argument, "a whole number", tostring(value))
  end
end

--- A number as a count of bytes, at least 1 and at most `most`; raises an error for what is none.
function arguments.count(name, position, argument, value, most)
  if value ~= value or value < 1 or value > (most or 2 ^ 31) or value % 1 ~= 0 then
    local wanted = "a whole number from 1" .. (most and (" to %d"):format(most) or "")
    refuse(name, position, argument, wanted, tostring(value))
  end
  return value
end

return arguments
