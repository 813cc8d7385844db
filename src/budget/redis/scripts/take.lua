-- Charges all of an operation's budgets, or none: where one enforced budget has no room, nothing is written.
-- A take that comes again under the same reservation charges nothing more. After a cancel it charges nothing at all.
--
-- KEYS, ARGV  see answerAll in reservation.lua
-- Return for each request "a" admitted, "e" exhausted or "c" cancelled; after "a" and "e" the algorithm's answer for each
--        bucket, four packed doubles or more
-- TTL    see keys.lua; a denial touches none
-- Clock  Redis's TIME, once for all requests of a call

local function chargeAll(request, position, budgets, states, now)
  local ttlMs = request[1]
  local keepMs = ttlMs + SLACK_MS
  local seat = { reservation = KEYS[position], untilMs = now + request[2] }
  local holds = {}
  local charged = false
  for index = 1, #states do
    local budget, amount = budgets[request[2 * index + 1] + 1], request[2 * index + 2]
    if amount > 0 then
      local state, algorithm, capacity, p, q = states[index], budget.algorithm, budget[3], budget[4], budget[5]
      holds[index] = pack('<ddd', algorithm.charge(state, amount, now, capacity, p, q, seat))
      algorithm.write(KEYS[position + index], state, now, capacity, p, q, keepMs)
      charged = true
    else
      holds[index] = pack('<ddd', 0, 0, 0)
    end
  end
  if charged and ttlMs > 0 then
    writeReservation(position, table.concat(holds), 'PX', expireIn(keepMs))
  end
end

return answerAll(function(request, position, budgets, now)
  local reservation = valueAt(position)
  if reservation == 'cancelled' then
    return 'c'
  end
  local states = {}
  local admitted = true
  for index = 1, (#request - 2) / 2 do
    local budget, amount = budgets[request[2 * index + 1] + 1], request[2 * index + 2]
    local state = budget.algorithm.read(KEYS[position + index], now, valueAt(position + index))
    states[index] = state
    if admitted and amount > 0 and budget[1] == 'enforce' and not reservation then
      admitted = budget.algorithm.hasRoom(state, amount, now, budget[3], budget[4], budget[5])
    end
  end
  if admitted and not reservation then
    chargeAll(request, position, budgets, states, now)
  end
  local answers = {}
  for index, state in ipairs(states) do
    local budget = budgets[request[2 * index + 1] + 1]
    -- Only who is denied asks how long an amount has to wait.
    local asked = admitted and 0 or request[2 * index + 2]
    answers[index] = budget.algorithm.answer(state, asked, now, budget[3], budget[4], budget[5])
  end
  return admitted and 'a' or 'e', answers
end)
