import { z } from 'zod'
import { MAX_PROCESSES } from './sections/server.ts'
import { found } from './settings/found.ts'
import { setting } from './settings/setting.ts'

/** The environment variables that are read, checked. Those that are not set are left out. */
export type Environment = z.output<typeof environmentSchema>

/** Reads the environment. An empty variable counts as not set. */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): { readonly values: Environment } | { readonly mistakes: readonly string[] } {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = environmentSchema.safeParse(present)
  if (parsed.success) return { values: parsed.data }
  return { mistakes: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) }
}

const REDIS_URL = secretUrl(
  isRedisUrl,
  'redis://host:6379, rediss://host:6379 (TLS), redis+cluster://host:6379,host:6379 or redis+sentinel://host:26379/name',
)
const DATABASE_URL = secretUrl(
  (url) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url),
  'postgres://user:password@host:5432/database or postgresql://…',
)

const environmentSchema = z.object({
  PORT: z
    .string()
    .refine(isPort, { error: ({ input }) => found(input, 'a whole number from 0 to 65535') })
    .transform(Number)
    .optional(),
  HOST: setting.host().optional(),
  WEB_CONCURRENCY: z
    .string()
    .refine((text) => /^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_PROCESSES, {
      error: ({ input }) => found(input, `a whole number from 1 to ${MAX_PROCESSES}`),
    })
    .transform(Number)
    .optional(),
  REDIS_URL: REDIS_URL.optional(),
  DATABASE_URL: DATABASE_URL.optional(),
  NODE_ENV: setting.choice(['production', 'development', 'test']).default('development'),
  LOG_LEVEL: setting.logLevel().optional(),
})

/** A URL that may hold a password, so that its value is never repeated. */
function secretUrl(fits: (url: string) => boolean, allowed: string) {
  return z.string().refine(fits, {
    error:
      `found a value (not shown: it may hold a password) that cannot be used; ${allowed} is allowed, ` +
      'with special characters of a password percent-encoded',
  })
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535
}

function isRedisUrl(url: string): boolean {
  const [, scheme, rest = ''] = /^(rediss?|redis\+cluster|redis\+sentinel):\/\/(.*)$/.exec(url) ?? []
  const nodes = scheme?.includes('+') ? rest.split(',') : [rest]
  if (scheme === 'redis+sentinel' && !/\/[^/]+$/.test(rest)) return false
  return nodes.every((node) => URL.canParse(`redis://${node}`) && new URL(`redis://${node}`).hostname !== '')
}
