import fastifyCors from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** From which pages browsers let scripts read answers. */
export interface Cors {
  /** Such as `https://shop.example`; `*` stands for all. */
  readonly origins: readonly string[]
  /** Whether they may send cookies and certificates along, of which this server reads none. */
  readonly credentials: boolean
}

/** Answers preflights, and adds to answers what lets listed origins read them. Has to come before what counts requests. */
export async function registerCors(app: FastifyInstance, { origins, credentials }: Cors): Promise<void> {
  if (origins.length === 0) return
  const options = {
    origin: [...origins],
    credentials,
    methods: ['GET', 'POST'],
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_LASTS_SECONDS,
  }
  await app.register(fastifyCors, {
    // Other OPTIONS are told which methods there are.
    delegator: (request, callback) => callback(null, { ...options, preflight: isPreflight(request) }),
  })
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && 'access-control-request-method' in headers
}

const EXPOSED_HEADERS = [
  'GraphQL-Cost',
  'RateLimit',
  'RateLimit-Policy',
  'RateLimit-Warning',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'Retry-After',
]

/** Chrome keeps them no longer. */
const PREFLIGHT_LASTS_SECONDS = 7_200
