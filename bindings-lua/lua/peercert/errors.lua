--- This file is about errors: tables of plain data that print as a line for a log.

local errors = {}

local Error = {}

function Error:__tostring()
  return self.code .. ": " .. self.message
end

--- An error of the native module with a `__tostring`, as its problems have; nil for nil.
function errors.named(err)
  if err == nil then
    return nil
  end
  for _, problem in ipairs(err.problems) do
    errors.named(problem)
  end
  return setmetatable(err, Error)
end

--- The answer of a native call, its error with a `__tostring`.
function errors.answer(value, err)
  if value == nil and type(err) == "table" then
    return nil, errors.named(err)
  end
  return value, err
end

--- An error of this layer's own, of the kind that its code begins with.
function errors.new(code, message)
  return errors.named({
    kind = code:match("^[^.]+"),
    code = code,
    message = message,
    context = {},
    problems = {},
  })
end

return errors
