-- The algorithm fixed-window, number for number that of src/budget/algorithms/fixed-window.ts and its window-start.ts,
-- which give the reasons.
--
-- Value  used, at, since, when the key expires
-- Answer the value

local DAY_MS = 86400000
local DAYS_BEFORE_1970 = 719468

local fixedWindow = {}
algorithms['fixed-window'] = fixedWindow

local function monthStart(month)
  local year = floor((month - 2) / 12)
  local monthsFromMarch = month - 2 - year * 12
  local leapDays = floor(year / 4) - floor(year / 100) + floor(year / 400)
  local days = year * 365 + leapDays + floor((monthsFromMarch * 153 + 2) / 5)
  return (days - DAYS_BEFORE_1970) * DAY_MS
end

local function monthOf(ms)
  local days = floor(ms / DAY_MS) + DAYS_BEFORE_1970
  local month = floor(days * 4800 / 146097) + 2
  if monthStart(month) > ms then
    return month - 1
  end
  return monthStart(month + 1) > ms and month or month + 1
end

-- The beginning of the window that lies so many windows after the one of that moment.
local function edge(windowMs, windowMonths, ms, windows)
  if windowMonths == 0 then
    return (floor(ms / windowMs) + windows) * windowMs
  end
  return monthStart((floor(monthOf(ms) / windowMonths) + windows) * windowMonths)
end

local function usedIn(window, now, windowMs, windowMonths)
  return window.at < edge(windowMs, windowMonths, now, 0) and 0 or window.used
end

local function moveOn(window, startMs, now)
  if window.at < startMs then
    window.used = 0
    window.since = startMs
  end
  window.at = max(window.at, now)
end

function fixedWindow.read(_, now, value)
  if not value then
    return { used = 0, at = now, since = now, expiresAt = 0, value = pack('<dddd', 0, now, now, 0) }
  end
  local used, at, since, expiresAt = unpacked('<dddd', value)
  return { used = used, at = at, since = since, expiresAt = expiresAt, value = value }
end

function fixedWindow.hasRoom(window, amount, now, capacity, windowMs, windowMonths)
  return usedIn(window, now, windowMs, windowMonths) <= capacity - amount
end

function fixedWindow.charge(window, amount, now, capacity, windowMs, windowMonths)
  moveOn(window, edge(windowMs, windowMonths, now, 0), now)
  local charged = chargeable(window.used, amount, capacity)
  window.used = window.used + charged
  return charged, window.at, 0
end

function fixedWindow.settle(window, hold, actual, now, capacity, windowMs, windowMonths)
  moveOn(window, edge(windowMs, windowMonths, now, 0), now)
  local unused = hold.amount - actual
  if unused < 0 then
    window.used = window.used + chargeable(window.used, -unused, capacity)
  elseif hold.mark >= window.since then
    window.used = window.used - min(unused, window.used)
  end
end

function fixedWindow.write(key, window, now, _, windowMs, windowMonths, keepMs)
  local expiresAt = expiry(window.expiresAt, now, edge(windowMs, windowMonths, window.at, 1) - now, keepMs)
  window.value = pack('<dddd', window.used, window.at, window.since, expiresAt)
  return writeValue(key, window.value, now, window.expiresAt, expiresAt)
end

function fixedWindow.answer(window)
  return window.value
end
