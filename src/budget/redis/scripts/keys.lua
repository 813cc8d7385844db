-- What every script stands on: the clock, and keys that live as long as they mean something. Comes first; the algorithms
-- follow, each as an entry of `algorithms`, then reservations, then the verb.
--
-- An algorithm, with p and q as its limits beside the capacity:
--   read(key, now) -> state                              writes nothing
--   hasRoom(state, amount, now, capacity, p, q)          likewise
--   charge(state, amount, now, capacity, p, q, seat)     changes the state, not Redis; -> amount, mark, queued
--   settle(state, hold, actual, now, capacity, p, q, seat)   likewise; hold is { amount, mark, queued }
--   write(key, state, now, capacity, p, q, keepMs)       puts the state into Redis
--   answer(state, amount, now, capacity, p, q)           -> up to four numbers, what `fromAnswer` of its TypeScript form reads
--
-- p, q   token-bucket, leaky-bucket: refill per second, longest delay in ms; fixed-window: ms, months; sliding-window,
--        sliding-log: ms, 0; semaphore: 0, 0
-- seat   { reservation, untilMs }: the key of the reservation, and when the charge ends on a semaphore
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

-- Writes a bucket in the given format, whose first number is when its key expires. As that is twice as far off as it need
-- be, most writes leave it alone, and write in place, at half the price.
local function writeValue(key, expiresAt, now, emptyInMs, keepMs, format, ...)
  local atLeastMs = max(ceil(emptyInMs) + SLACK_MS, keepMs)
  if now + atLeastMs <= expiresAt then
    call('SETRANGE', key, 0, pack(format, expiresAt, ...))
  else
    call('SET', key, pack(format, now + 2 * atLeastMs, ...), 'PX', expireIn(2 * atLeastMs))
  end
end

-- What is charged of an amount: all of it, up to the bound on debt.
local function chargeable(used, amount, capacity)
  return min(amount, max(0, MAX_USED_CAPACITIES * capacity - used))
end
