--- This file is about methods of a wrong self: called with a dot, and on what is of another class.

local expect = require("expect")
local peercert = require("peercert")
local ssl = require("peercert.ssl")

-- Each method of an object's class on each of the others, and on what is no object.
local function wrong(object, others)
  local found = 0
  for name, method in pairs(getmetatable(object).__index) do
    if type(method) == "function" and not name:find("^__") then
      found = found + 1
      local text = "bad self to '" .. name .. "' ("
      expect.raised(text, method)
      for _, other in ipairs(others) do
        if other ~= object then
          expect.raised(text, method, other, "x", 1)
        end
      end
    end
  end
  return found
end

return function(scene)
  local acceptor = scene.acceptor()
  local connection, wrapped = acceptor:connection(), acceptor:wrap(scene.descriptors[1])
  local report, certificate = peercert.report(), ssl.loadcertificate(scene.content("good.pem"))
  local foreign = setmetatable({}, { __index = acceptor })
  local forwarded, rules = peercert.forwarded(), peercert.rules("preset cn")
  local objects = { acceptor, connection, wrapped, report, certificate, forwarded, rules }
  local others = { foreign, {}, 1, "x", true, print, io.stdout }
  for _, object in ipairs(objects) do
    others[#others + 1] = object
  end
  others[#others + 1] = connection.native
  local count = 0
  for _, object in ipairs(objects) do
    count = count + wrong(object, others)
  end
  expect.that(count > 50, "many methods, found " .. count)
end
