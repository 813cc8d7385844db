-- Reservations, and the calls that carry them. Comes after the algorithms.
--
-- Value  amount, mark, queued of each charge, in their order, while it can be settled;
--        then "settled" or "cancelled", so that nothing happens twice

local function isOpen(reservation)
  return reservation and reservation ~= 'settled' and reservation ~= 'cancelled'
end

-- A charge of a request, by its number: budget, amount, key.
local function chargeOf(request, index)
  return request.budgets[request[2 * index + 1] + 1], request[2 * index + 2], KEYS[request.reservation + index]
end

-- Replaces every charge of an open reservation by the actual amount.
local function settleAll(reservation, request, now)
  for index = 1, request.charges do
    local budget, actual, key = chargeOf(request, index)
    local amount, mark, queued = unpacked('<ddd', reservation, 24 * index - 23)
    if amount ~= actual then
      local algorithm, capacity, p, q = budget.algorithm, budget[3], budget[4], budget[5]
      local state = algorithm.read(key, now)
      local hold = { amount = amount, mark = mark, queued = queued }
      local seat = { reservation = KEYS[request.reservation], untilMs = mark }
      algorithm.settle(state, hold, actual, now, capacity, p, q, seat)
      algorithm.write(key, state, now, capacity, p, q, 0)
    end
  end
end

-- Answers every request of a call by itself: one that fails leaves the others alone, and answers "x" and the reason.
--
-- KEYS   for each request: its reservation, then one bucket for each charge
-- ARGV   1: JSON, the budgets of all requests: [ 'enforce' | 'shadow', algorithm, capacity, p, q ]
--        2: JSON, the requests: [ life of the reservation in ms, life of a charge on a semaphore in ms,
--           then for each charge: number of its budget from 0, amount ]
-- Return { now in ms, then a string for each request }
local function answerAll(verb)
  local now = clock()
  local budgets = cjson.decode(ARGV[1])
  for _, budget in ipairs(budgets) do
    budget.algorithm = algorithms[budget[2]]
  end
  local answers = { now }
  local position = 1
  for index, request in ipairs(cjson.decode(ARGV[2])) do
    request.budgets = budgets
    request.reservation = position
    request.charges = (#request - 2) / 2
    local done, answer = pcall(verb, request, now)
    answers[index + 1] = done and answer or 'x' .. tostring(type(answer) == 'table' and answer.err or answer)
    position = position + 1 + request.charges
  end
  return answers
end
