--- This file is about arguments: a wrong one raises a plain error that names it.

local arguments = {}

--- Raises an error unless the value is of one of up to three types.
function arguments.check(name, position, argument, value, one, two, three)
  local found = type(value)
  -- Each call of a connection comes by here: no table unless something is wrong.
  if found == one or found == two or found == three then
    return
  end
  local wanted = { one, two, three }
  local message = ("bad argument #%d to '%s' (%s: %s expected, got %s)"):format(
    position,
    name,
    argument,
    (table.concat(wanted, " or "):gsub("nil", "nothing")),
    value == nil and "no value" or found
  )
  error(message, 3)
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

--- A number as a count of bytes, at least 1; raises an error for what is none.
function arguments.count(name, position, argument, value)
  if value ~= value or value < 1 or value > 2 ^ 31 or value % 1 ~= 0 then
    local message = ("bad argument #%d to '%s' (%s: a whole number from 1 expected, got %s)"):format(
      position,
      name,
      argument,
      tostring(value)
    )
    error(message, 3)
  end
  return value
end

return arguments
