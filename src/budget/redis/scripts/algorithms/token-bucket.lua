-- The algorithms token-bucket and leaky-bucket, number for number those of src/budget/algorithms/token-bucket.ts, which
-- gives the reasons.
--
-- Value  used, at, turn, refilled, refunded, when the key expires
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

local function usedAt(used, at, now, refillPerSecond)
  return now > at and max(0, used - inSteps((now - at) * refillPerSecond)) or used
end

-- Brings a bucket to now; returns used and refilled.
local function drain(bucket, now, refillPerSecond)
  local used, at, refilled = bucket[1], bucket[2], bucket[4]
  if now <= at then
    return used, refilled
  end
  local refill = inSteps((now - at) * refillPerSecond)
  if refill > 0 then
    bucket[2] = min(now, at + ceil(refill * 1000 / refillPerSecond))
  end
  return used > refill and used - refill or 0, refilled + refill
end

local function brim(capacity, refillPerSecond, maxDelayMs)
  return maxDelayMs > 0 and capacity + inSteps(refillPerSecond * maxDelayMs) or capacity
end

local function spacingMs(amount, refillPerSecond)
  return ceil(amount * 1000 / refillPerSecond)
end

local function fallsInMs(used, at, level, now, refillPerSecond)
  local excess = usedAt(used, at, now, refillPerSecond) - level
  if excess <= 0 then
    return 0
  end
  local high = max(0, at - now) + floor(excess * 1000 / refillPerSecond)
  local low, step = high - 1, 1
  while usedAt(used, at, now + high, refillPerSecond) > level do
    low, high, step = high, high + step, step * 2
  end
  while high - low > 1 do
    local middle = floor((low + high) / 2)
    if usedAt(used, at, now + middle, refillPerSecond) <= level then
      high = middle
    else
      low = middle
    end
  end
  return high
end

function tokenBucket.read(_, now, value)
  if not value then
    return { 0, now, 0, 0, 0, 0, pack('<dddd', 0, now, 0, 0) }
  end
  local used, at, turn, refilled, refunded, expiresAt = unpacked('<dddddd', value)
  return { used, at, turn, refilled, refunded, expiresAt, value }
end

function tokenBucket.hasRoom(bucket, amount, now, capacity, refillPerSecond, maxDelayMs)
  local used = usedAt(bucket[1], bucket[2], now, refillPerSecond)
  if amount > capacity or used > brim(capacity, refillPerSecond, maxDelayMs) - amount then
    return false
  end
  local queueMs = bucket[3] - now
  return queueMs <= 0 or queueMs + spacingMs(amount, refillPerSecond) <= maxDelayMs
end

function tokenBucket.charge(bucket, amount, now, capacity, refillPerSecond, maxDelayMs)
  local used, refilled = drain(bucket, now, refillPerSecond)
  local charged = chargeable(used, amount, brim(capacity, refillPerSecond, maxDelayMs))
  used = used + charged
  if maxDelayMs > 0 then
    local turn = bucket[3]
    local after = turn > now and turn + spacingMs(charged, refillPerSecond) or 0
    bucket[3] = max(after, now + fallsInMs(used, bucket[2], capacity, now, refillPerSecond))
  end
  bucket[1], bucket[4] = used, refilled
  return charged, refilled, used + refilled + bucket[5]
end

function tokenBucket.settle(bucket, hold, actual, now, capacity, refillPerSecond, maxDelayMs)
  local used, refilled = drain(bucket, now, refillPerSecond)
  local unused = hold.amount - actual
  if unused < 0 then
    bucket[1] = used + chargeable(used, -unused, brim(capacity, refillPerSecond, maxDelayMs))
  else
    local alone = hold.amount + hold.mark - refilled
    local refund = min(unused, used, max(0, alone, hold.queued - refilled - bucket[5]))
    bucket[1] = used - refund
    bucket[5] = bucket[5] + refund
  end
  bucket[4] = refilled
end

-- Whoever waits keeps the bucket: its turn is what the next one comes after.
function tokenBucket.write(key, bucket, now, _, refillPerSecond, _, keepMs)
  local used, at, turn, before = bucket[1], bucket[2], bucket[3], bucket[6]
  local emptyInMs = max(at - now + used * 1000 / refillPerSecond, turn - now)
  local expiresAt = expiry(before, now, emptyInMs, keepMs)
  bucket[7] = pack('<dddddd', used, at, turn, bucket[4], bucket[5], expiresAt)
  writeValue(key, bucket[7], now, before, expiresAt)
end

function tokenBucket.answer(bucket)
  return bucket[7]
end
