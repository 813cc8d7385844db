-- Reservations, and the calls that carry them. Comes after the algorithms.
--
-- Value  amount, mark, queued of each charge, in their order, while it can be settled;
--        then "settled" or "cancelled", so that nothing happens twice

local function isOpen(reservation)
  return reservation and reservation ~= 'settled' and reservation ~= 'cancelled'
end

-- Replaces every charge of an open reservation by the actual amount.
local function settleAll(reservation, request, position, budgets, now)
  for index = 1, (#request - 2) / 2 do
    local budget, actual = budgets[request[2 * index + 1] + 1], request[2 * index + 2]
    local amount, mark, queued = unpacked('<ddd', reservation, 24 * index - 23)
    if amount ~= actual then
      local key, algorithm, capacity, p, q = KEYS[position + index], budget.algorithm, budget[3], budget[4], budget[5]
      local state = algorithm.read(key, now)
      local hold = { amount = amount, mark = mark, queued = queued }
      algorithm.settle(state, hold, actual, now, capacity, p, q, { reservation = KEYS[position], untilMs = mark })
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
-- verb   gets a request, the position of its reservation in KEYS, the budgets, and the time; returns the string
local function answerAll(verb)
  local now = clock()
  local budgets = cjson.decode(ARGV[1])
  for _, budget in ipairs(budgets) do
    budget.algorithm = algorithms[budget[2]]
  end
  local answers = { now }
  local position = 1
  for index, request in ipairs(cjson.decode(ARGV[2])) do
    local done, answer = pcall(verb, request, position, budgets, now)
    answers[index + 1] = done and answer or 'x' .. tostring(type(answer) == 'table' and answer.err or answer)
    position = position + #request / 2
  end
  return answers
end
