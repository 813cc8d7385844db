// Prints an order each time its status changes: node examples/watch-order.mjs Order:49999
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'

const [orderId = 'Order:49999', url = 'ws://localhost:4000/graphql'] = process.argv.slice(2)
const client = createClient({
  url,
  webSocketImpl: WebSocket,
  connectionParams: { 'x-api-key': 'demo-premium' },
  shouldRetry: () => true,
})

let cursor
console.log(`watching ${orderId}; end with Ctrl-C`)
const changes = client.iterate({
  query: 'subscription ($orderId: ID!) { orderStatusChanged(orderId: $orderId) { id status } }',
  variables: { orderId },
  // Read anew when the client has to connect again: then it goes on after the last change that was seen.
  get extensions() {
    return cursor && { resumeFrom: cursor }
  },
})
for await (const { data, errors, extensions } of changes) {
  cursor = extensions?.cursor ?? cursor
  console.log(JSON.stringify(errors ?? data))
}
