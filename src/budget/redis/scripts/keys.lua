-- What every script stands on: the clock, and keys that live as long as they mean something. Comes first; the algorithms
-- follow, each as an entry of `algorithms`, then reservations, then the verb.
--
-- An algorithm, with p and q as its limits beside the capacity:
--   read(key, now, value) -> state                       writes nothing; value is what the key holds if it is a string
--   hasRoom(state, amount, now, capacity, p, q)          likewise
--   charge(state, amount, now, capacity, p, q, reservation, untilMs)   changes the state, not Redis; -> amount, mark, queued
--   settle(state, hold, actual, now, capacity, p, q, reservation)      likewise; hold is { amount, mark, queued }
--   write(key, state, now, capacity, p, q, keepMs)       puts the state into Redis; returns the answer if that is the value
--   answer(state, amount, now, capacity, p, q)           -> four packed doubles or more, what `fromAnswer` of its TypeScript form reads
--
-- p, q   token-bucket, leaky-bucket: refill per second, longest delay in ms; fixed-window: ms, months; sliding-window,
--        sliding-log: ms, 0; semaphore: 0, 0
-- reservation, untilMs   the key of the reservation, and when the charge ends on a semaphore
--
-- Values are packed doubles: every number keeps all its digits, and reading is ten times as fast as text.
-- TTL: a reservation lives as long as it may be settled; a bucket at least until it is empty, and as long as the
-- reservations on it, at most twice as long. Both with a second to spare.
-- Clock: Redis's own, in whole milliseconds. None is taken from a client.

local SLACK_MS = 1000
local MAX_USED_CAPACITIES = 2
local algorithms = {}

local call, pack, unpacked = redis.call, struct.pack, struct.unpack
local max, min, floor, ceil = math.max, math.min, math.floor, math.ceil

local function clock()
  local time = call('TIME')
  return time[1] * 1000 + floor(time[2] / 1000)
end

-- A time to live as text. Most in one call are the same, and writing numbers is slow.
local lives = {}
local function expireIn(ms)
  local life = lives[ms] or string.format('%.0f', ms)
  lives[ms] = life
  return life
end

-- What this call has written, by key: all keys are read at once, before.
local written = {}

-- When a key is to expire that is to live until its bucket is empty, and at least `keepMs`. As that is taken twice as
-- long as it need be, most writes leave it alone, and write in place, at half the price.
local function expiry(expiresAt, now, emptyInMs, keepMs)
  local atLeastMs = ceil(emptyInMs) + SLACK_MS
  if atLeastMs < keepMs then
    atLeastMs = keepMs
  end
  if now + atLeastMs <= expiresAt then
    return expiresAt
  end
  return now + 2 * atLeastMs
end

local function writeValue(key, value, now, before, expiresAt)
  if expiresAt == before then
    call('SETRANGE', key, '0', value)
  else
    call('SET', key, value, 'PX', expireIn(expiresAt - now))
  end
  written[key] = value
  return value
end

-- What is charged of an amount: all of it, up to the bound on debt.
local function chargeable(used, amount, capacity)
  local room = MAX_USED_CAPACITIES * capacity - used
  if amount <= room then
    return amount
  end
  return room > 0 and room or 0
end
