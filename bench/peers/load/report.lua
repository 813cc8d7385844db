-- Posts the body that the environment names, unless another script makes the requests, and says what came of it.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["X-API-Key"] = os.getenv("API_KEY")
wrk.body = os.getenv("BODY")

local script = os.getenv("REQUESTS")
if script then dofile(script) end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '\nRESULT {"requests":%d,"micros":%d,"p50Ms":%.3f,"p99Ms":%.3f,"failed":%d,"refused":%d,"bytes":%d}\n',
    summary.requests, summary.duration, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    failed, errors.status, summary.bytes))
end
