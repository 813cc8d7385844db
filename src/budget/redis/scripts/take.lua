-- Charges all of an operation's budgets, or none: where one enforced budget has no room, nothing is written.
-- A take that comes again under the same reservation charges nothing more. After a cancel it charges nothing at all.
--
-- KEYS   1: reservation; then one bucket for each charge
-- ARGV   1: life of the reservation in ms
--        then for each charge: 'enforce' or 'shadow', capacity, refill per second, amount
-- Return { 'admitted' | 'exhausted' | 'cancelled', now, then `used` and `at` of each bucket as it is left }
--        `used` as text with all its digits; times in ms
-- TTL    see keys.lua; a denial touches none
-- Clock  Redis's TIME

local now = clock()
local reservation = redis.call('GET', KEYS[1])
if reservation == 'cancelled' then
  return { 'cancelled', now }
end

local buckets = {}
local outcome = 'admitted'
for index = 1, #KEYS - 1 do
  local at = 4 * index - 2
  local capacity, refillPerSecond, amount = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
  local bucket = readBucket(KEYS[index + 1]) or emptyBucket(now)
  buckets[index] = bucket
  if ARGV[at] == 'enforce' and amount > 0 and not reservation then
    if not hasRoom(drained(bucket, refillPerSecond, now).used, amount, capacity) then
      outcome = 'exhausted'
    end
  end
end

if outcome == 'admitted' and not reservation then
  local keepMs = tonumber(ARGV[1]) + SLACK_MS
  local holds = {}
  local charges = false
  for index = 1, #buckets do
    local at = 4 * index - 2
    local capacity, refillPerSecond, amount = tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
    local bucket = drained(buckets[index], refillPerSecond, now)
    holds[index] = holdText(charge(bucket, chargeable(bucket.used, amount, capacity)))
    if amount > 0 then
      writeBucket(KEYS[index + 1], bucket, refillPerSecond, now, keepMs)
      buckets[index] = bucket
      charges = true
    end
  end
  if charges then
    redis.call('SET', KEYS[1], table.concat(holds, ' '), 'PX', string.format('%.0f', keepMs))
  end
end

local answer = { outcome, now }
for _, bucket in ipairs(buckets) do
  answer[#answer + 1] = text(bucket.used)
  answer[#answer + 1] = bucket.at
end
return answer
