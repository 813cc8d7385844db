-- Takes a take back, as if nothing had been used. Where the take has not arrived yet, leaves a mark that makes it charge
-- nothing when it does. A reservation that is settled stays settled.
--
-- KEYS, ARGV  see answerAll in reservation.lua; amounts are 0
-- Return for each request "1" if this call gave charges back or left the mark, else "0"
-- TTL    a new mark lives as long as the reservation would; one that replaces it keeps what is left; buckets see keys.lua
-- Clock  Redis's TIME, once for all requests of a call

return answerAll(function(request, position, budgets, now)
  local reservation = valueAt(position)
  if not reservation then
    writeReservation(position, 'cancelled', 'PX', expireIn(request[1] + SLACK_MS))
    return '1'
  end
  if not isOpen(reservation) then
    return '0'
  end
  settleAll(reservation, request, position, budgets, now)
  writeReservation(position, 'cancelled', 'KEEPTTL')
  return '1'
end)
