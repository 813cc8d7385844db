#!/usr/bin/env bash
# Starts the server as `npm start` does, on a free port, asks it one question, and ends it with SIGTERM.
set -euo pipefail
cd "$(dirname "$0")/.."

port=$(node -e 'const s=require("net").createServer().listen(0,()=>{console.log(s.address().port);s.close()})')
log=$(mktemp)
started=$(date +%s%3N)
PORT=$port npm start >"$log" 2>&1 &
pid=$!
trap 'kill "$pid" 2>/dev/null || true; rm -f "$log"' EXIT

until curl -fsS -o /dev/null "http://localhost:$port/readyz" 2>/dev/null; do
  if ! kill -0 "$pid" 2>/dev/null || [ $(($(date +%s%3N) - started)) -gt 60000 ]; then
    echo 'The server did not become ready:' >&2
    cat "$log" >&2
    exit 1
  fi
  sleep 0.1
done
echo "ready after $(($(date +%s%3N) - started)) ms, the build included"

answer=$(curl -fsS "http://localhost:$port/graphql" \
  -H 'Content-Type: application/json' -H 'X-API-Key: demo-free' -H 'GraphQL-Cost: report' \
  -d '{"query":"{ products(first: 3) { nodes { name price { amount } } } rateLimit { remaining } }"}')
echo "$answer"
case "$answer" in
  *'"nodes":[{"name":'*'"requestedQueryCost":'*) ;;
  *) echo 'That is not the answer the README promises.' >&2; exit 1 ;;
esac

kill -TERM "$pid"
wait "$pid" || { echo "The server ended with exit code $? on SIGTERM:" >&2; cat "$log" >&2; exit 1; }
echo 'ended by SIGTERM with exit code 0'
