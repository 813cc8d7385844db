import { z } from 'zod'
import { budgetOverride, globalBudget, ipBudget, MAX_BUDGETS_PER_TIER, tierBudget } from './budget-schema.ts'
import { budgetStore } from './sections/budget-store.ts'
import { cost } from './sections/cost.ts'
import { documents } from './sections/documents.ts'
import { execution } from './sections/execution.ts'
import { guard } from './sections/guard.ts'
import { overload } from './sections/overload.ts'
import { server } from './sections/server.ts'
import { subscriptions } from './sections/subscriptions.ts'
import { setting } from './settings/setting.ts'

/** A configuration file with its defaults filled in. */
export type ConfigFile = z.output<typeof configSchema>

const rateLimitHeaders = setting
  .section({
    draft: setting
      .choice([11, 7, 6])
      .default(11)
      .describe('The draft of draft-ietf-httpapi-ratelimit-headers that RateLimit and RateLimit-Policy follow.'),
    resetFormat: setting
      .choice(['epoch', 'delta'])
      .default('epoch')
      .describe('What X-RateLimit-Reset counts: seconds since 1970 (epoch), or seconds from now (delta).'),
  })
  .prefault({})
  .describe('How responses tell clients what is left of their budgets.')

const maxCost = setting
  .wholeNumber(0)
  .describe('The largest estimated cost of one operation. More is refused with COST_ESTIMATED_TOO_EXPENSIVE.')

const timeout = setting
  .duration('1ms', '1d')
  .describe('How long one operation may run. Then it is cancelled and answered with OPERATION_TIMEOUT.')

const tierSubscriptions = setting
  .section({
    perClient: setting
      .wholeNumber(0, 1_000_000)
      .default(100)
      .describe(
        'Subscriptions that one client may have open at once on one server. One more is refused with ' +
          'SUBSCRIPTION_LIMIT_EXCEEDED; 0 allows none.',
      ),
    perSocket: setting.wholeNumber(0, 100_000).default(100).describe('The same on one WebSocket.'),
    outOfBudget: setting
      .choice(['pause', 'close'])
      .default('pause')
      .describe(
        'What becomes of a subscription whose next event its client cannot pay for: it pauses until the budget has ' +
          'refilled (pause), or closes (close).',
      ),
  })
  .prefault({})
  .describe('What its clients may subscribe to at once, and what happens when they cannot pay for an event.')

const tier = setting.section({
  maxCost,
  timeout,
  priority: setting
    .wholeNumber(0, 9)
    .default(0)
    .describe(
      'When the server is overloaded, operations of a lower priority are turned away before those of a higher.',
    ),
  budgets: setting
    .list(tierBudget, 'budgets')
    .meta({ minItems: 1, maxItems: MAX_BUDGETS_PER_TIER })
    .describe('What its clients may use over time. An operation needs room in all of them.'),
  subscriptions: tierSubscriptions,
})

export const tierName = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/** Without a colon, so that no client is taken for an address: those are called ip:… */
const id = () => setting.text(/^[A-Za-z0-9_.@-]{1,64}$/, 'a name of 1 to 64 letters, digits and _ . @ -')

const client = setting.section({
  id: id().describe('Unique and lasting: the budgets of the level client hang on it.'),
  tenant: id().describe('The customer it belongs to. Clients of one tenant share the budgets of the level tenant.'),
  tier: setting.text(tierName, 'the name of a tier').describe('The name of its tier.'),
  role: setting
    .choice(['client', 'staff'])
    .default('client')
    .describe('staff may do what runs the shop, such as changing its stock.'),
  keySha256: z
    .string({ error: keyProblem })
    .regex(/^[0-9a-fA-F]{64}$/, { error: keyProblem })
    .describe('The SHA-256 hash of its API key: printf %s "$KEY" | sha256sum. The key itself is written nowhere.'),
  maxCost: maxCost.optional(),
  timeout: timeout.optional(),
  budgets: setting
    .map(budgetOverride, 'one entry for each budget of its tier that is another for this client')
    .default({})
    .describe('By the name of a budget of its tier: the settings that are others for this client. The rest stays.'),
})

// What stands here by mistake is the key itself, more often than not, so it is not repeated.
function keyProblem({ input }: { readonly input?: unknown }): string {
  const state = input === undefined ? 'is missing' : 'is not 64 hexadecimal digits'
  return `${state}; write the hash of the key, which printf %s "$KEY" | sha256sum prints`
}

/** What a configuration file may hold, one name and one value at a time; `checkConfig` holds them together. */
export const configSchema = setting
  .section(
    {
      server,
      guard,
      execution,
      overload,
      documents,
      subscriptions,
      cost,
      budgetStore,
      rateLimitHeaders,
      ipBudget,
      globalBudgets: setting
        .list(globalBudget, 'budgets')
        .default([])
        .meta({ maxItems: MAX_BUDGETS_PER_TIER })
        .describe('Budgets that all clients of all tiers share: what the server as a whole may be used.'),
      tiers: setting
        .map(tier, 'one entry for each tier')
        .meta({ propertyNames: { pattern: tierName.source }, required: ['anonymous'] })
        .describe('What clients may do, by the name of their tier. Requests without a key have the tier anonymous.'),
      clients: setting.list(client, 'clients').default([]).describe('Who has an API key.'),
      introspection: setting
        .flag()
        .optional()
        .describe('Whether clients may read the schema: __schema and __type. Default: true, in production false.'),
      log: setting
        .section({
          level: setting
            .logLevel()
            .default('info')
            .describe('The least severe messages that are logged. The environment variable LOG_LEVEL wins.'),
        })
        .prefault({})
        .describe('What is logged.'),
      demoKeys: setting
        .flag()
        .optional()
        .describe(
          'Whether the published keys demo-free, demo-basic, … are accepted. Default: true, in production false; ' +
            'true is refused there.',
        ),
    },
    { environment: variable('NODE_ENV'), redisUrl: variable('REDIS_URL'), databaseUrl: variable('DATABASE_URL') },
  )
  .meta({ title: 'Configuration of Tollgate' })

function variable(name: string): string {
  return `set the environment variable ${name} instead`
}

/** The JSON Schema of the same, for editors. */
export function configJsonSchema(): object {
  // Draft 7 is what editors know best. What JSON Schema cannot say has its description.
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7', unrepresentable: 'any' })
}
