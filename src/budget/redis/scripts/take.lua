-- Charges all of an operation's budgets, or none: where one enforced budget has no room, nothing is written.
-- A take that comes again under the same reservation charges nothing more. After a cancel it charges nothing at all.
--
-- KEYS, ARGV  see answerAll in reservation.lua
-- Return for each request "a" admitted, "e" exhausted or "c" cancelled; after "a" and "e" four packed doubles for each
--        bucket, the algorithm's answer
-- TTL    see keys.lua; a denial touches none
-- Clock  Redis's TIME, once for all requests of a call

local function hasRoom(request, states, now)
  for index = 1, request.charges do
    local budget, amount = chargeOf(request, index)
    if budget[1] == 'enforce' and amount > 0 then
      if not budget.algorithm.hasRoom(states[index], amount, now, budget[3], budget[4], budget[5]) then
        return false
      end
    end
  end
  return true
end

local function chargeAll(request, states, now)
  local reservation = KEYS[request.reservation]
  local keepMs = request[1] + SLACK_MS
  local seat = { reservation = reservation, untilMs = now + request[2] }
  local holds = {}
  local charged = false
  for index = 1, request.charges do
    local budget, amount, key = chargeOf(request, index)
    if amount > 0 then
      local algorithm, state, capacity, p, q = budget.algorithm, states[index], budget[3], budget[4], budget[5]
      holds[index] = pack('<ddd', algorithm.charge(state, amount, now, capacity, p, q, seat))
      algorithm.write(key, state, now, capacity, p, q, keepMs)
      charged = true
    else
      holds[index] = pack('<ddd', 0, 0, 0)
    end
  end
  if charged then
    call('SET', reservation, table.concat(holds), 'PX', expireIn(keepMs))
  end
end

return answerAll(function(request, now)
  local reservation = call('GET', KEYS[request.reservation])
  if reservation == 'cancelled' then
    return 'c'
  end
  local states = {}
  for index = 1, request.charges do
    local budget, _, key = chargeOf(request, index)
    states[index] = budget.algorithm.read(key, now)
  end
  local admitted = reservation or hasRoom(request, states, now)
  if admitted and not reservation then
    chargeAll(request, states, now)
  end
  local answer = { admitted and 'a' or 'e' }
  for index = 1, request.charges do
    local budget, amount = chargeOf(request, index)
    -- Only who is denied asks how long an amount has to wait.
    local asked = admitted and 0 or amount
    local a, b, c, d = budget.algorithm.answer(states[index], asked, now, budget[3], budget[4], budget[5])
    answer[index + 1] = pack('<dddd', a, b or 0, c or 0, d or 0)
  end
  return table.concat(answer)
end)
