-- Says where the stream of a topic ends. One that is not there begins with a marker, so that it ends somewhere.
--
-- KEYS    the stream
-- ARGV    its time to live in ms
-- Return  the id of its last entry
-- TTL     all of it, from now
-- Clock   Redis's own, in the id of the marker

local latest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local position = latest[1] and latest[1][1] or redis.call('XADD', KEYS[1], '*', 'm', '')
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return position
