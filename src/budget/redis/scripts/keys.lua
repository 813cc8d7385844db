-- How buckets and reservations lie in Redis. Stands before every script, after the algorithms.
--
-- bucket       "used at refilled refunded"
-- reservation  "amount alone queued" for each charge, in their order, while it can be settled;
--              then "settled" or "cancelled", so that nothing happens twice
--
-- TTL: a reservation lives as long as it may be settled, a bucket until it has drained and at least as long as the
-- reservations on it, both with a second to spare.
-- Clock: Redis's own, in whole milliseconds. None is taken from a client.

local SLACK_MS = 1000

-- Numbers are written with all their digits; Lua's own form keeps 14.
local function text(number)
  return string.format('%.17g', number)
end

local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- A bucket, as it was last written; false where there is none.
local function readBucket(key)
  local value = redis.call('GET', key)
  if not value then
    return false
  end
  local used, at, refilled, refunded = string.match(value, '^(%S+) (%S+) (%S+) (%S+)$')
  return {
    used = tonumber(used),
    at = tonumber(at),
    refilled = tonumber(refilled),
    refunded = tonumber(refunded),
  }
end

local function writeBucket(key, bucket, refillPerSecond, now, atLeastMs)
  local emptyInMs = bucket.at - now + math.ceil(bucket.used * 1000 / refillPerSecond)
  local ttl = math.max(emptyInMs + SLACK_MS, atLeastMs, redis.call('PTTL', key))
  local value = text(bucket.used) .. ' ' .. text(bucket.at) .. ' ' .. text(bucket.refilled) .. ' ' .. text(bucket.refunded)
  redis.call('SET', key, value, 'PX', string.format('%.0f', ttl))
end

local function holdText(hold)
  return text(hold.amount) .. ' ' .. text(hold.alone) .. ' ' .. text(hold.queued)
end

-- The holds of a reservation that is still open.
local function readHolds(value)
  local holds = {}
  for amount, alone, queued in string.gmatch(value, '(%S+) (%S+) (%S+)') do
    holds[#holds + 1] = { amount = tonumber(amount), alone = tonumber(alone), queued = tonumber(queued) }
  end
  return holds
end

-- Replaces every charge of an open reservation by the actual amount.
-- `limits(i)` gives capacity, refill per second and actual amount of the bucket KEYS[i + 1].
local function settleHolds(value, limits)
  local now = clock()
  for index, hold in ipairs(readHolds(value)) do
    local capacity, refillPerSecond, actual = limits(index)
    if hold.amount ~= actual then
      local key = KEYS[index + 1]
      local bucket = drained(readBucket(key) or emptyBucket(now), refillPerSecond, now)
      settle(bucket, hold, actual, capacity)
      writeBucket(key, bucket, refillPerSecond, now, 0)
    end
  end
end
