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

local function usedAt(used, at, now, refillPerSecond)
  return now > at and max(0, used - inSteps((now - at) * refillPerSecond)) or used
end

-- Brings a bucket to now; returns used and refilled.
local function drain(bucket, now, refillPerSecond)
  local used, at, refilled = bucket[1], bucket[2], bucket[3]
  if now <= at then
    return used, refilled
  end
  local refill = inSteps((now - at) * refillPerSecond)
  if refill > 0 then
    bucket[2] = min(now, at + ceil(refill * 1000 / refillPerSecond))
  end
  return used > refill and used - refill or 0, refilled + refill
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

-- Until when an amount has its turn.
local function turnInMs(used, at, amount, now, capacity, refillPerSecond, maxDelayMs)
  local queueMs = at - now > maxDelayMs and 0 or max(0, at - now)
  return max(fallsInMs(used, at, capacity - amount, now, refillPerSecond), queueMs)
end

function tokenBucket.read(_, now, value)
  if not value then
    return { 0, now, 0, 0, 0, pack('<dddd', 0, now, 0, 0) }
  end
  local used, at, refilled, refunded, expiresAt = unpacked('<ddddd', value)
  return { used, at, refilled, refunded, expiresAt, value }
end

function tokenBucket.hasRoom(bucket, amount, now, capacity, refillPerSecond, maxDelayMs)
  return amount <= capacity and usedAt(bucket[1], bucket[2], now + maxDelayMs, refillPerSecond) <= capacity - amount
end

function tokenBucket.charge(bucket, amount, now, capacity, refillPerSecond, maxDelayMs)
  local waitsMs = 0
  if maxDelayMs > 0 and amount <= capacity then
    local turnMs = turnInMs(bucket[1], bucket[2], amount, now, capacity, refillPerSecond, maxDelayMs)
    waitsMs = turnMs <= maxDelayMs and turnMs or 0
  end
  local used, refilled = drain(bucket, now + waitsMs, refillPerSecond)
  if waitsMs > 0 then
    bucket[2] = now + waitsMs
  end
  local charged = chargeable(used, amount, capacity)
  used = used + charged
  bucket[1], bucket[3] = used, refilled
  return charged, refilled, used + refilled + bucket[4]
end

function tokenBucket.settle(bucket, hold, actual, now, capacity, refillPerSecond)
  local used, refilled = drain(bucket, now, refillPerSecond)
  local unused = hold.amount - actual
  if unused < 0 then
    bucket[1] = used + chargeable(used, -unused, capacity)
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
  return writeValue(key, bucket[6], now, before, expiresAt)
end

function tokenBucket.answer(bucket)
  return bucket[6]
end
