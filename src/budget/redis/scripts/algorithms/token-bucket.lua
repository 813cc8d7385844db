-- The algorithms token-bucket and leaky-bucket, number for number those of src/budget/algorithms/token-bucket.ts, which
-- gives the reasons.
--
-- Value  when the key expires, used, at, refilled, refunded
-- Answer used, at

local REFILL_STEP = 2 ^ -20

local tokenBucket = {}
algorithms['token-bucket'] = tokenBucket
algorithms['leaky-bucket'] = tokenBucket

local function refill(bucket, now, refillPerSecond)
  if now <= bucket.at then
    return 0
  end
  return floor((now - bucket.at) * refillPerSecond / 1000 / REFILL_STEP) * REFILL_STEP
end

local function drain(bucket, now, refillPerSecond)
  local refilled = refill(bucket, now, refillPerSecond)
  bucket.used = max(0, bucket.used - refilled)
  bucket.at = max(bucket.at, now)
  bucket.refilled = bucket.refilled + refilled
end

local function brim(capacity, refillPerSecond, maxDelayMs)
  return capacity + refillPerSecond * maxDelayMs / 1000
end

function tokenBucket.read(key, now)
  local value = call('GET', key)
  if not value then
    return { expiresAt = 0, used = 0, at = now, refilled = 0, refunded = 0 }
  end
  local expiresAt, used, at, refilled, refunded = unpacked('<ddddd', value)
  return { expiresAt = expiresAt, used = used, at = at, refilled = refilled, refunded = refunded }
end

function tokenBucket.hasRoom(bucket, amount, now, capacity, refillPerSecond, maxDelayMs)
  local used = max(0, bucket.used - refill(bucket, now, refillPerSecond))
  return amount <= capacity and used <= brim(capacity, refillPerSecond, maxDelayMs) - amount
end

function tokenBucket.charge(bucket, amount, now, capacity, refillPerSecond, maxDelayMs)
  drain(bucket, now, refillPerSecond)
  local charged = chargeable(bucket.used, amount, brim(capacity, refillPerSecond, maxDelayMs))
  bucket.used = bucket.used + charged
  return charged, bucket.refilled, bucket.used + bucket.refilled + bucket.refunded
end

function tokenBucket.settle(bucket, hold, actual, now, capacity, refillPerSecond, maxDelayMs)
  drain(bucket, now, refillPerSecond)
  local unused = hold.amount - actual
  if unused < 0 then
    bucket.used = bucket.used + chargeable(bucket.used, -unused, brim(capacity, refillPerSecond, maxDelayMs))
    return
  end
  local alone = hold.amount + hold.mark - bucket.refilled
  local refund = min(unused, bucket.used, max(0, alone, hold.queued - bucket.refilled - bucket.refunded))
  bucket.used = bucket.used - refund
  bucket.refunded = bucket.refunded + refund
end

function tokenBucket.write(key, bucket, now, _, refillPerSecond, _, keepMs)
  local emptyInMs = bucket.at - now + bucket.used * 1000 / refillPerSecond
  writeValue(key, bucket.expiresAt, now, emptyInMs, keepMs, '<ddddd', bucket.used, bucket.at, bucket.refilled, bucket.refunded)
end

function tokenBucket.answer(bucket)
  return bucket.used, bucket.at
end
