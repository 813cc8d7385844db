-- Replaces what a take charged by what was used. Happens once: a reservation that is settled, cancelled, expired or
-- unknown is left as it is.
--
-- KEYS, ARGV  see answerAll in reservation.lua; amounts are what was used
-- Return for each request "1" if this call settled it, else "0"
-- TTL    the reservation keeps what it has left; buckets see keys.lua
-- Clock  Redis's TIME, once for all requests of a call

return answerAll(function(request, position, budgets, now)
  local reservation = valueAt(position)
  if not isOpen(reservation) then
    return '0'
  end
  settleAll(reservation, request, position, budgets, now)
  writeReservation(position, 'settled', 'KEEPTTL')
  return '1'
end)
