-- Reservations, and the calls that carry them. Comes after the algorithms.
--
-- Value  amount, mark, queued of each charge, in their order, while it can be settled;
--        then "settled" or "cancelled", so that nothing happens twice

local function isOpen(reservation)
  return reservation and reservation ~= 'settled' and reservation ~= 'cancelled'
end

-- The values of all keys of the call that are strings, in the order of KEYS.
local values

local function valueAt(position)
  return written[KEYS[position]] or values[position]
end

local function writeReservation(position, value, ...)
  call('SET', KEYS[position], value, ...)
  written[KEYS[position]] = value
end

-- Replaces every charge of an open reservation by the actual amount. All are read before any is written: what cannot be
-- read fails before something is given back that would be given back again.
local function settleAll(reservation, request, position, budgets, now)
  local states = {}
  for index = 1, (#request - 2) / 2 do
    local budget, actual = budgets[request[2 * index + 1]], request[2 * index + 2]
    local amount, mark, queued = unpacked('<ddd', reservation, 24 * index - 23)
    if amount ~= actual then
      local state = budget.algorithm.read(KEYS[position + index], now, valueAt(position + index))
      local hold = { amount = amount, mark = mark, queued = queued }
      budget.algorithm.settle(state, hold, actual, now, budget[3], budget[4], budget[5], KEYS[position])
      states[index] = state
    end
  end
  for index, state in pairs(states) do
    local budget = budgets[request[2 * index + 1]]
    budget.algorithm.write(KEYS[position + index], state, now, budget[3], budget[4], budget[5], 0)
  end
end

-- Answers every request of a call by itself: one that fails leaves the others alone, and answers "x" and the reason.
--
-- KEYS   for each request: its reservation, then one bucket for each charge
-- ARGV   1: JSON, the budgets of all requests: [ 'enforce' | 'shadow', algorithm, capacity, p, q ]
--        2: JSON, the requests: [ life of the reservation in ms, life of a charge on a semaphore in ms,
--           then for each charge: number of its budget from 1, amount ]
-- Return { now in ms, then what the verb answers to each request: an outcome, and for some a string for each bucket }
-- verb   gets a request, the position of its reservation in KEYS, the budgets, and the time; returns the outcome, and a
--        list of strings or nothing
local function answerAll(verb)
  local now = clock()
  values = #KEYS > 0 and call('MGET', unpack(KEYS)) or {}
  local budgets = cjson.decode(ARGV[1])
  for _, budget in ipairs(budgets) do
    budget.algorithm = algorithms[budget[2]]
  end
  local answers = { now }
  local position = 1
  for _, request in ipairs(cjson.decode(ARGV[2])) do
    local done, outcome, strings = pcall(verb, request, position, budgets, now)
    if not done then
      local reason = tostring(type(outcome) == 'table' and outcome.err or outcome)
      -- What is true of the server is for the connection to hear: it looks for the master then.
      if string.find(reason, 'READONLY', 1, true) then
        return redis.error_reply(reason)
      end
      outcome = 'x' .. reason
    end
    answers[#answers + 1] = outcome
    if done and strings then
      local count = #answers
      for index = 1, #strings do
        answers[count + index] = strings[index]
      end
    end
    position = position + #request / 2
  end
  return answers
end
