--- This file is about expectations: each is counted, and one that does not hold ends the program.
--
-- Wrong arguments are plain errors, texts that name the argument and blame the caller. What goes wrong
-- in operation is nil and a table, or nil and a word.

local expect = { count = 0 }

-- Where each version has it.
expect.unpack = rawget(_G, "unpack") or rawget(table, "unpack")

local HERE = debug.getinfo(1, "S").short_src

--- Expects a condition; gives it.
function expect.that(condition, what)
  expect.count = expect.count + 1
  return condition or error("expected: " .. what, 2)
end

--- Expects a call to raise a plain error with that text in it, which blames this file, the caller.
function expect.raised(text, call, ...)
  local given, count = { ... }, select("#", ...)
  local done, raised = pcall(function()
    local value = call(expect.unpack(given, 1, count))
    return value
  end)
  expect.that(not done, "an error with: " .. text)
  expect.that(type(raised) == "string", "a text for: " .. text .. ", found " .. type(raised))
  expect.that(raised:find(text, 1, true), text .. "\nfound: " .. raised)
  expect.that(raised:sub(1, #HERE) == HERE, "the caller blamed\nfound: " .. raised)
end

--- Expects nil and an error table with a code, plain but for its `tostring`; gives the table.
function expect.refused(code, value, err)
  expect.that(value == nil and type(err) == "table", code .. ", found " .. tostring(value) .. ", " .. tostring(err))
  expect.that(err.code == code, code .. ", found " .. tostring(err))
  expect.that(err.kind == code:match("^%a+") and #err.message > 0, "a kind and a message of " .. code)
  expect.that(type(err.context) == "table" and type(err.problems) == "table", "context and problems")
  expect.that(tostring(err) == code .. ": " .. err.message, "a line for a log of " .. code)
  return err
end

--- Expects nil and a word.
function expect.word(wanted, value, word)
  expect.that(value == nil and word == wanted, wanted .. ", found " .. tostring(value) .. ", " .. tostring(word))
end

return expect
