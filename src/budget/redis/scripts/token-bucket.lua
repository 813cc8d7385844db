-- The token bucket, number for number the algorithm of src/budget/token-bucket.ts, which gives the reasons.
-- Pure functions: no keys, no clock. Stands before every script that charges or refunds.
--
-- bucket  { used, at, refilled, refunded }
-- hold    { amount, alone, queued }

local MAX_USED_CAPACITIES = 2
local REFILL_STEP = 2 ^ -20

local function emptyBucket(now)
  return { used = 0, at = now, refilled = 0, refunded = 0 }
end

local function drained(bucket, refillPerSecond, now)
  local elapsed = math.max(0, now - bucket.at)
  local refill = math.floor(elapsed * refillPerSecond / 1000 / REFILL_STEP) * REFILL_STEP
  return {
    used = math.max(0, bucket.used - refill),
    at = math.max(bucket.at, now),
    refilled = bucket.refilled + refill,
    refunded = bucket.refunded,
  }
end

local function hasRoom(used, amount, capacity)
  return used + amount <= capacity
end

local function chargeable(used, amount, capacity)
  return math.min(amount, math.max(0, MAX_USED_CAPACITIES * capacity - used))
end

-- Charges a drained bucket and returns the hold.
local function charge(bucket, amount)
  bucket.used = bucket.used + amount
  return {
    amount = amount,
    alone = amount + bucket.refilled,
    queued = bucket.used + bucket.refilled + bucket.refunded,
  }
end

-- Replaces a charge on a drained bucket by the actual amount.
local function settle(bucket, hold, actual, capacity)
  local unused = hold.amount - actual
  if unused < 0 then
    bucket.used = bucket.used + chargeable(bucket.used, -unused, capacity)
    return
  end
  local alone = hold.alone - bucket.refilled
  local queued = hold.queued - bucket.refilled - bucket.refunded
  local refund = math.min(unused, bucket.used, math.max(0, alone, queued))
  bucket.used = bucket.used - refund
  bucket.refunded = bucket.refunded + refund
end
