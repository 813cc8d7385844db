-- Reads what comes after a position, where that is still there.
--
-- KEYS    the stream
-- ARGV    the position, how many events at most, the stream's time to live in ms
-- Return  id and payload of each in one list; nil where the entry at the position is gone. A marker is the first entry
--         of its stream, so it comes after none
-- TTL     all of it, from now
-- Clock   none

local entries = redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2] + 1)
if not entries[1] or entries[1][1] ~= ARGV[1] then
  return nil
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local events = {}
for index = 2, #entries do
  events[#events + 1] = entries[index][1]
  events[#events + 1] = entries[index][2][4]
end
return events
