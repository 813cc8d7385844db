-- Takes a take back, as if nothing had been used. Where the take has not arrived yet, leaves a mark that makes it charge
-- nothing when it does. A reservation that is settled stays settled.
--
-- KEYS   1: reservation; then one bucket for each charge, as in take.lua
-- ARGV   1: life of the mark in ms
--        then for each charge: capacity, refill per second
-- Return 1 if this call gave charges back or left the mark, else 0
-- TTL    a new mark lives as long as the reservation would; one that replaces it keeps what is left; buckets see keys.lua
-- Clock  Redis's TIME

local reservation = redis.call('GET', KEYS[1])
if not reservation then
  redis.call('SET', KEYS[1], 'cancelled', 'PX', string.format('%.0f', tonumber(ARGV[1]) + SLACK_MS))
  return 1
end
if reservation == 'settled' or reservation == 'cancelled' then
  return 0
end

settleHolds(reservation, function(index)
  return tonumber(ARGV[2 * index]), tonumber(ARGV[2 * index + 1]), 0
end)
redis.call('SET', KEYS[1], 'cancelled', 'KEEPTTL')
return 1
