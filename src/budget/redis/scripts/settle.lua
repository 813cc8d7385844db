-- Replaces what a take charged by what was used. Happens once: a reservation that is settled, cancelled, expired or
-- unknown is left as it is.
--
-- KEYS   1: reservation; then one bucket for each charge, as in take.lua
-- ARGV   for each charge: capacity, refill per second, actual amount
-- Return 1 if this call settled it, else 0
-- TTL    the reservation keeps what it has left; buckets see keys.lua
-- Clock  Redis's TIME

local reservation = redis.call('GET', KEYS[1])
if not reservation or reservation == 'settled' or reservation == 'cancelled' then
  return 0
end

settleHolds(reservation, function(index)
  return tonumber(ARGV[3 * index - 2]), tonumber(ARGV[3 * index - 1]), tonumber(ARGV[3 * index])
end)
redis.call('SET', KEYS[1], 'settled', 'KEEPTTL')
return 1
