-- Appends events that are not there yet to the stream of a topic, and tells of each on a channel.
--
-- KEYS    the stream, whose name is the channel's too. An entry is { k = key, p = payload }; the first one may be a marker, { m = '' }: see open.lua
-- ARGV    how many of the last entries are looked through, how many are kept, their time to live in ms; then key and
--         payload of each event
-- Return  how many were appended
-- Told    previous position, position and payload, with a space between
-- TTL     of the stream: all of it, from now
-- Clock   Redis's own, in the ids that XADD gives

local stream, lookBack, kept, keepForMs = KEYS[1], ARGV[1], ARGV[2], ARGV[3]

local known = {}
local latest = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', lookBack)
for _, entry in ipairs(latest) do
  if entry[2][1] == 'k' then
    known[entry[2][2]] = true
  end
end
local previous = latest[1] and latest[1][1] or redis.call('XADD', stream, '*', 'm', '')

local appended = 0
for index = 4, #ARGV, 2 do
  local key, payload = ARGV[index], ARGV[index + 1]
  if not known[key] then
    known[key] = true
    local position = redis.call('XADD', stream, 'MAXLEN', kept, '*', 'k', key, 'p', payload)
    redis.call('PUBLISH', stream, previous .. ' ' .. position .. ' ' .. payload)
    previous = position
    appended = appended + 1
  end
end
redis.call('PEXPIRE', stream, keepForMs)
return appended
