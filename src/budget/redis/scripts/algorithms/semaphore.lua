-- The algorithm semaphore, number for number that of src/budget/algorithms/semaphore.ts, which gives the reasons.
-- Seats that have ended are passed over by looks and deleted by the next charge or settle.
--
-- Value  a sorted set of seats: whose, by when it ends
-- Answer two pairs (end, seats) that stand for all: those that must end for the amount to have room, as of the last of
--        them to go, and the rest, as of the last of all; or one for all where there is room, or never will be.

local semaphore = {}
algorithms['semaphore'] = semaphore

local function after(ms)
  return string.format('(%.0f', ms)
end

-- The id alone: Redis keeps sets of short names in a third of the space.
local function idOf(reservation)
  return string.match(reservation, ':reservation:(.*)$')
end

local function lastEnd(key)
  return tonumber(call('ZRANGE', key, -1, -1, 'WITHSCORES')[2] or 0)
end

function semaphore.read(key, now)
  return { key = key, used = call('ZCOUNT', key, after(now), '+inf') }
end

function semaphore.hasRoom(state, amount, _, capacity)
  return state.used <= capacity - amount
end

function semaphore.charge(state, amount, now, capacity, _, _, reservation, untilMs)
  local charged = chargeable(state.used, amount, capacity)
  if charged > 0 and untilMs > now then
    state.taken, state.untilMs = idOf(reservation), untilMs
    state.used = state.used + charged
  end
  return charged, untilMs, 0
end

-- What is settled is written and forgotten, so its count need not be kept.
function semaphore.settle(state, _, _, _, _, _, _, reservation)
  state.freed = idOf(reservation)
end

function semaphore.write(key, state, now, _, _, _, keepMs)
  if state.taken then
    call('ZADD', key, state.untilMs, state.taken)
  end
  if state.freed then
    call('ZREM', key, state.freed)
  end
  call('ZREMRANGEBYSCORE', key, '-inf', now)
  local atLeastMs = max(lastEnd(key) - now + SLACK_MS, keepMs)
  if call('PTTL', key) < atLeastMs then
    call('PEXPIRE', key, expireIn(2 * atLeastMs))
  end
end

function semaphore.answer(state, amount, now, capacity)
  local used, room = state.used, capacity - amount
  if used == 0 then
    return pack('<dddd', 0, 0, 0, 0)
  end
  if used <= room or room < 0 then
    return pack('<dddd', lastEnd(state.key), used, 0, 0)
  end
  local ending = used - room
  local seat = call('ZRANGEBYSCORE', state.key, after(now), '+inf', 'WITHSCORES', 'LIMIT', ending - 1, 1)
  return pack('<dddd', tonumber(seat[2]), ending, lastEnd(state.key), room)
end
