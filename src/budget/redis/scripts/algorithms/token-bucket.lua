-- The algorithms token-bucket and leaky-bucket, number for number those of src/budget/algorithms/token-bucket.ts, which
-- gives the reasons.
--
-- Value  used, at, refilled, refunded, when the key expires
-- State  the same as a list, and the value as it was last written: most budgets are of this kind, and Lua makes lists
--        faster than tables with names
-- Answer the value

local REFILL_STEP = 2 ^ -20

local tokenBucket = {}
algorithms['token-bucket'] = tokenBucket
algorithms['leaky-bucket'] = tokenBucket

local function inSteps(milliUnits)
  return floor(milliUnits / 1000 / REFILL_STEP) * REFILL_STEP
end

local function refill(at, now, refillPerSecond)
  return now > at and inSteps((now - at) * refillPerSecond) or 0
end

-- The bucket as it is now: used, refilled.
local function drained(bucket, now, refillPerSecond)
  local used, at = bucket[1], bucket[2]
  local refilled = refill(at, now, refillPerSecond)
  if now > at then
    bucket[2] = now
  end
  return used > refilled and used - refilled or 0, bucket[3] + refilled
end

local function brim(capacity, refillPerSecond, maxDelayMs)
  return maxDelayMs > 0 and capacity + inSteps(refillPerSecond * maxDelayMs) or capacity
end

function tokenBucket.read(_, now, value)
  if not value then
    return { 0, now, 0, 0, 0, pack('<dddd', 0, now, 0, 0) }
  end
  local used, at, refilled, refunded, expiresAt = unpacked('<ddddd', value)
  return { used, at, refilled, refunded, expiresAt, value }
end

function tokenBucket.hasRoom(bucket, amount, now, capacity, refillPerSecond, maxDelayMs)
  local room = brim(capacity, refillPerSecond, maxDelayMs) - amount
  return amount <= capacity and max(0, bucket[1] - refill(bucket[2], now, refillPerSecond)) <= room
end

function tokenBucket.charge(bucket, amount, now, capacity, refillPerSecond, maxDelayMs)
  local used, refilled = drained(bucket, now, refillPerSecond)
  local charged = chargeable(used, amount, brim(capacity, refillPerSecond, maxDelayMs))
  used = used + charged
  bucket[1], bucket[3] = used, refilled
  return charged, refilled, used + refilled + bucket[4]
end

function tokenBucket.settle(bucket, hold, actual, now, capacity, refillPerSecond, maxDelayMs)
  local used, refilled = drained(bucket, now, refillPerSecond)
  local unused = hold.amount - actual
  if unused < 0 then
    bucket[1] = used + chargeable(used, -unused, brim(capacity, refillPerSecond, maxDelayMs))
  else
    local alone = hold.amount + hold.mark - refilled
    local refund = min(unused, used, max(0, alone, hold.queued - refilled - bucket[4]))
    bucket[1] = used - refund
    bucket[4] = bucket[4] + refund
  end
  bucket[3] = refilled
end

function tokenBucket.write(key, bucket, now, _, refillPerSecond, _, keepMs)
  local used, at, before = bucket[1], bucket[2], bucket[5]
  local expiresAt = expiry(before, now, at - now + used * 1000 / refillPerSecond, keepMs)
  bucket[6] = pack('<ddddd', used, at, bucket[3], bucket[4], expiresAt)
  writeValue(key, bucket[6], now, before, expiresAt)
end

function tokenBucket.answer(bucket)
  return bucket[6]
end
