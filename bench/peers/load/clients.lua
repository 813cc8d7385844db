-- Each request comes from one of a hundred thousand addresses, which a proxy passes on.
local body = os.getenv("BODY")
local clients = tonumber(os.getenv("CLIENTS"))
wrk.headers["X-API-Key"] = nil
math.randomseed(os.time())

function request()
  local client = math.random(clients)
  local address = string.format("10.%d.%d.%d", math.floor(client / 65536), math.floor(client / 256) % 256, client % 256)
  return wrk.format("POST", nil, { ["Content-Type"] = "application/json", ["X-Forwarded-For"] = address }, body)
end
