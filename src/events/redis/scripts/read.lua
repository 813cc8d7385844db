-- Reads what comes after a position, where that is still there.
--
-- KEYS    the stream
-- ARGV    the position, how many events at most, the stream's time to live in ms; and, where more are kept than may be
--         read, how many may have come after the position
-- Return  id and payload of each in one list; nil where the entry at the position is gone, or is not to be read on from
--         any more. A marker is the first entry of its stream, so it comes after none
-- TTL     all of it, from now
-- Clock   none

local entries = redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', ARGV[2] + 1)
if not entries[1] or entries[1][1] ~= ARGV[1] then
  return nil
end
local reach = tonumber(ARGV[4])
if reach and redis.call('XRANGE', KEYS[1], ARGV[1], '+', 'COUNT', reach + 2)[reach + 2] then
  return nil
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local events = {}
for index = 2, #entries do
  events[#events + 1] = entries[index][1]
  events[#events + 1] = entries[index][2][4]
end
return events
