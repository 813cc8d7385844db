-- Charges all of an operation's budgets, or none: where one enforced budget has no room, nothing is written.
-- A take that comes again under the same reservation charges nothing more. After a cancel it charges nothing at all.
--
-- KEYS, ARGV  see answerAll in reservation.lua
-- Return for each request "a" admitted, "e" exhausted or "c" cancelled; after "a" and "e" the algorithm's answer for each
--        bucket, four packed doubles or more
-- TTL    see keys.lua; a denial touches none
-- Clock  Redis's TIME, once for all requests of a call

-- Charges every bucket; returns what is known of their answers.
local function chargeAll(request, position, budgets, states, now)
  local ttlMs = request[1]
  local keepMs = ttlMs + SLACK_MS
  local untilMs = now + request[2]
  local holds, answers = {}, {}
  local charged = false
  for index = 1, #states do
    local budget, amount = budgets[request[2 * index + 1]], request[2 * index + 2]
    local held, mark, queued = 0, 0, 0
    if amount > 0 then
      local state, algorithm, capacity, p, q = states[index], budget.algorithm, budget[3], budget[4], budget[5]
      held, mark, queued = algorithm.charge(state, amount, now, capacity, p, q, KEYS[position], untilMs)
      answers[index] = algorithm.write(KEYS[position + index], state, now, capacity, p, q, keepMs)
      charged = true
    end
    if ttlMs > 0 then
      holds[index] = pack('<ddd', held, mark, queued)
    end
  end
  if charged and ttlMs > 0 then
    writeReservation(position, table.concat(holds), 'PX', expireIn(keepMs))
  end
  return answers
end

return answerAll(function(request, position, budgets, now)
  local reservation = valueAt(position)
  if reservation == 'cancelled' then
    return 'c'
  end
  local states = {}
  local admitted = true
  for index = 1, (#request - 2) / 2 do
    local budget, amount = budgets[request[2 * index + 1]], request[2 * index + 2]
    local algorithm = budget.algorithm
    local state = algorithm.read(KEYS[position + index], now, valueAt(position + index))
    states[index] = state
    if admitted and amount > 0 and budget[1] == 'enforce' and not reservation then
      admitted = algorithm.hasRoom(state, amount, now, budget[3], budget[4], budget[5])
    end
  end
  local answers = admitted and not reservation and chargeAll(request, position, budgets, states, now) or {}
  for index = 1, #states do
    if not answers[index] then
      local budget = budgets[request[2 * index + 1]]
      -- Only who is denied asks how long an amount has to wait.
      local asked = admitted and 0 or request[2 * index + 2]
      answers[index] = budget.algorithm.answer(states[index], asked, now, budget[3], budget[4], budget[5])
    end
  end
  return admitted and 'a' or 'e', answers
end)
