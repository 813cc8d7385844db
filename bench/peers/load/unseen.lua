-- Each request has a document that none had before. work.mjs says what is in it, and checks one of them.
local run = os.getenv("RUN")
local number = 0

local function picked(fields, shift)
  local names = {}
  for bit, field in ipairs(fields) do
    if math.floor(number / 2 ^ (shift + bit - 1)) % 2 == 1 then names[#names + 1] = field end
  end
  return table.concat(names, " ")
end

function request()
  number = number + 1
  local body = '{"query":"query Unseen { users(first: 2) { id n' .. run .. "_" .. number .. ": name "
    .. picked({ "email", "active", "followers" }, 0) .. " posts(first: 2) { id title "
    .. picked({ "body", "rating" }, 3) .. " author { id name "
    .. picked({ "email", "followers" }, 5) .. ' } } } }"}'
  return wrk.format("POST", nil, nil, body)
end
