// A server as the guides of graphql-ws and graphql-subscriptions show one: it executes for each subscriber, and protects
// nothing. The same events reach it through the same Redis; its products are objects in its memory.
import { createServer } from 'node:http'
import { buildSchema } from 'graphql'
import { PubSub } from 'graphql-subscriptions'
import { useServer } from 'graphql-ws/use/ws'
import { Redis } from 'ioredis'
import { WebSocketServer } from 'ws'

const schema = buildSchema(`
  type Query { ok: Boolean }
  type Money { amount: Int! currency: String! }
  type Category { id: ID! name: String! }
  type Product { id: ID! sku: String! name: String! price: Money! category: Category! }
  type StockChange { quantity: Int! product: Product! }
  type Subscription { stockChanged(productIds: [ID!]!): StockChange! }
`)

const product = {
  id: 'Product:1',
  sku: 'SKU-00001',
  name: 'Sleek Steel Grinder',
  price: { amount: 1999, currency: 'EUR' },
  category: { id: 'Category:7', name: 'Kitchen' },
}

const pubsub = new PubSub()
pubsub.ee.setMaxListeners(0)
const { stockChanged } = schema.getSubscriptionType().getFields()
stockChanged.subscribe = (_, { productIds }) => pubsub.asyncIterableIterator(productIds)
stockChanged.resolve = (event) => event
// As a database would be read: asynchronously, but at no cost.
schema.getType('StockChange').getFields().product.resolve = async () => product
schema.getType('Product').getFields().category.resolve = async ({ category }) => category

const redis = new Redis(process.env.REDIS_URL)
await redis.subscribe('plain:Product:1')
redis.on('message', (_channel, text) => pubsub.publish('Product:1', JSON.parse(text)))

const server = createServer()
useServer({ schema }, new WebSocketServer({ server, path: '/graphql' }))
server.listen(0, '127.0.0.1', 65_535, () => process.send?.(server.address().port))
process.on('message', () => process.send?.(process.cpuUsage()))
