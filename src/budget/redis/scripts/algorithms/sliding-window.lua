-- The algorithm sliding-window, number for number that of src/budget/algorithms/sliding-window.ts, which gives the
-- reasons.
--
-- Value  current, previous, at, windowMs, since, when the key expires
-- Answer the value

local slidingWindow = {}
algorithms['sliding-window'] = slidingWindow

local function faded(amount, windowMs, elapsedMs)
  return amount - floor(amount * elapsedMs / windowMs)
end

local function counted(current, previous, at, windowMs, ms)
  local cell = floor(ms / windowMs)
  local elapsedMs = ms - cell * windowMs
  local age = cell - floor(at / windowMs)
  if age == 0 then
    return current + faded(previous, windowMs, elapsedMs)
  end
  return age == 1 and faded(current, windowMs, elapsedMs) or 0
end

-- Current and previous on a grid that may be a new one.
local function cellsOn(window, windowMs)
  if window.windowMs == windowMs then
    return window.current, window.previous
  end
  return counted(window.current, window.previous, window.at, window.windowMs, window.at), 0
end

local function usedIn(window, now, windowMs)
  local current, previous = cellsOn(window, windowMs)
  return counted(current, previous, window.at, windowMs, max(now, window.at))
end

local function moveOn(window, windowMs, now)
  if window.windowMs ~= windowMs then
    window.since = max(window.since, floor(window.at / window.windowMs) * window.windowMs)
    window.current, window.previous = cellsOn(window, windowMs)
    window.windowMs = windowMs
  end
  local ms = max(now, window.at)
  local age = floor(ms / windowMs) - floor(window.at / windowMs)
  if age > 0 then
    window.previous = age == 1 and window.current or 0
    window.current = 0
  end
  window.at = ms
end

function slidingWindow.read(_, now, value)
  if not value then
    local empty = pack('<dddd', 0, 0, now, 1)
    return { current = 0, previous = 0, at = now, windowMs = 1, since = now, expiresAt = 0, value = empty }
  end
  local current, previous, at, windowMs, since, expiresAt = unpacked('<dddddd', value)
  return {
    current = current, previous = previous, at = at, windowMs = windowMs, since = since, expiresAt = expiresAt,
    value = value,
  }
end

function slidingWindow.hasRoom(window, amount, now, capacity, windowMs)
  return usedIn(window, now, windowMs) <= capacity - amount
end

function slidingWindow.charge(window, amount, now, capacity, windowMs)
  moveOn(window, windowMs, now)
  local charged = chargeable(usedIn(window, now, windowMs), amount, capacity)
  window.current = window.current + charged
  return charged, window.at, 0
end

function slidingWindow.settle(window, hold, actual, now, capacity, windowMs)
  moveOn(window, windowMs, now)
  local unused = hold.amount - actual
  if unused < 0 then
    window.current = window.current + chargeable(usedIn(window, now, windowMs), -unused, capacity)
  elseif hold.mark >= window.since then
    local age = floor(window.at / windowMs) - floor(hold.mark / windowMs)
    if age == 0 then
      window.current = window.current - min(unused, window.current)
    elseif age == 1 then
      window.previous = window.previous - min(unused, window.previous)
    end
  end
end

function slidingWindow.write(key, window, now, _, windowMs, _, keepMs)
  local at, since, before = window.at, window.since, window.expiresAt
  local expiresAt = expiry(before, now, (floor(at / windowMs) + 2) * windowMs - now, keepMs)
  window.value = pack('<dddddd', window.current, window.previous, at, windowMs, since, expiresAt)
  return writeValue(key, window.value, now, before, expiresAt)
end

function slidingWindow.answer(window)
  return window.value
end
