-- The algorithm sliding-log, number for number that of src/budget/algorithms/sliding-log.ts, which gives the reasons.
-- What is too old is passed over by looks and deleted by the next charge or settle.
--
-- Value  a sorted set by time of entries (time, amount), and at its head, at -inf, one of (total, at)
-- Answer two entries (time, amount) that stand for all: those that must leave for the amount to have room, as of the last
--        of them to go, and the rest, as of the newest; or one for all where there is room, or never will be.
-- Cost   half a microsecond for each entry that has become too old, and where there is no room, for each that must leave

local WALK = 100

local slidingLog = {}
algorithms['sliding-log'] = slidingLog

local function entriesAfter(key, ms)
  return call('ZRANGEBYSCORE', key, string.format('(%.0f', ms), '+inf', 'LIMIT', 0, WALK)
end

local function sumUntil(log, ms)
  -- No entry is younger than `at`.
  if log.at <= ms then
    return log.total
  end
  local sum = 0
  for _, entry in ipairs(call('ZRANGEBYSCORE', log.key, '(-inf', ms)) do
    local _, amount = unpacked('<dd', entry)
    sum = sum + amount
  end
  return sum
end

local function usedIn(log, now, windowMs)
  local horizonMs = max(log.at, now) - windowMs
  if log.horizonMs ~= horizonMs then
    log.horizonMs = horizonMs
    log.tooOld = sumUntil(log, horizonMs)
  end
  return log.total - log.tooOld
end

local function moveOn(log, now, windowMs)
  log.total = usedIn(log, now, windowMs)
  log.tooOld = 0
  log.at = max(log.at, now)
end

-- Adds to the entry of a time, or takes from it as much as is there.
local function change(log, time, difference)
  if difference == 0 or time <= log.horizonMs then
    return
  end
  local entry = call('ZRANGEBYSCORE', log.key, time, time)[1]
  local _, amount = unpacked('<dd', entry or pack('<dd', time, 0))
  local left = max(0, amount + difference)
  log.total = log.total + left - amount
  log.outdated = entry
  log.changed = left > 0 and pack('<dd', time, left)
  log.changedAt = time
end

function slidingLog.read(key, now)
  local head = call('ZRANGE', key, 0, 0)[1]
  if not head then
    return { key = key, total = 0, at = now }
  end
  local total, at = unpacked('<dd', head)
  return { key = key, head = head, total = total, at = at }
end

function slidingLog.hasRoom(log, amount, now, capacity, windowMs)
  return usedIn(log, now, windowMs) <= capacity - amount
end

function slidingLog.charge(log, amount, now, capacity, windowMs)
  moveOn(log, now, windowMs)
  local charged = chargeable(log.total, amount, capacity)
  change(log, log.at, charged)
  return charged, log.at, 0
end

function slidingLog.settle(log, hold, actual, now, capacity, windowMs)
  moveOn(log, now, windowMs)
  local unused = hold.amount - actual
  if unused < 0 then
    change(log, log.at, chargeable(log.total, -unused, capacity))
  else
    change(log, hold.mark, -unused)
  end
end

-- The new head goes in before anything goes out: a set that is empty for a moment loses its TTL.
function slidingLog.write(key, log, now, _, windowMs, _, keepMs)
  local head = pack('<dd', log.total, log.at)
  if head ~= log.head then
    call('ZADD', key, '-inf', head)
    if log.head then
      call('ZREM', key, log.head)
    end
  end
  call('ZREMRANGEBYSCORE', key, '(-inf', log.horizonMs)
  if log.outdated then
    call('ZREM', key, log.outdated)
  end
  if log.changed then
    call('ZADD', key, log.changedAt, log.changed)
  end
  local atLeastMs = max(log.at + windowMs - now + SLACK_MS, keepMs)
  if call('PTTL', key) < atLeastMs then
    call('PEXPIRE', key, expireIn(2 * atLeastMs))
  end
end

function slidingLog.answer(log, amount, now, capacity, windowMs)
  local used = usedIn(log, now, windowMs)
  if used == 0 then
    return pack('<dddd', 0, 0, 0, 0)
  end
  local newestMs = unpacked('<dd', call('ZRANGE', log.key, -1, -1)[1])
  local room = capacity - amount
  if used <= room or room < 0 then
    return pack('<dddd', newestMs, used, 0, 0)
  end
  local lastMs, left = log.horizonMs, used
  repeat
    local entries = entriesAfter(log.key, lastMs)
    for _, entry in ipairs(entries) do
      local time, leaving = unpacked('<dd', entry)
      lastMs, left = time, left - leaving
      if left <= room then
        return pack('<dddd', lastMs, used - left, newestMs, left)
      end
    end
  until #entries < WALK
  return pack('<dddd', newestMs, used, 0, 0)
end
