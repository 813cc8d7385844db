// What a team wires into its GraphQL server by hand: a limit of depth, a price for each operation, and a limiter in Redis
// that it is charged to. The limits let everything of this bench pass.

import { getComplexity, simpleEstimator } from 'graphql-query-complexity'
import { Redis } from 'ioredis'
import { RateLimiterRedis } from 'rate-limiter-flexible'

export const MAX_DEPTH = 12
const MAX_COMPLEXITY = 1_000_000
const POINTS = 1_000_000_000

/** Answers how to charge an operation to a client: one journey to Redis each time. */
export async function createLimiter() {
  const storeClient = new Redis(process.env.REDIS_URL, { enableOfflineQueue: false, lazyConnect: true })
  await storeClient.connect()
  const limiter = new RateLimiterRedis({ storeClient, keyPrefix: 'peers', points: POINTS, duration: 60 })
  return (client, points) => limiter.consume(client, points)
}

const estimators = [
  ({ args, childComplexity }) => 1 + (typeof args.first === 'number' ? args.first : 1) * childComplexity,
  simpleEstimator({ defaultComplexity: 1 }),
]

/** The complexity of an operation, or an error where it is too much. */
export function complexityOf(schema, query, operationName, variables) {
  const complexity = getComplexity({ schema, query, operationName, variables, estimators })
  if (complexity > MAX_COMPLEXITY) throw new Error(`This operation has a complexity of ${complexity}`)
  return complexity
}

/** Who asks: by its key, else by its address. */
export function clientOf(headers, address) {
  return headers['x-api-key'] ?? address
}
