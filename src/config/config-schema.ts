import { z } from 'zod'
import { setting } from './setting.ts'

/** A configuration file with its defaults filled in. */
export type ConfigFile = z.output<typeof configSchema>

export const MAX_BUDGETS_PER_TIER = 16

const server = setting
  .section({
    host: setting
      .host()
      .default('localhost')
      .describe(
        'The name or address to listen on. localhost is reached from this machine alone; 0.0.0.0 from everywhere, ' +
          'which a container needs. The environment variable HOST wins.',
      ),
    port: setting
      .wholeNumber(0, 65_535)
      .default(4000)
      .describe('The port to listen on; 0 takes a free one. The environment variable PORT wins.'),
    trustedProxies: setting
      .list(setting.network(), 'addresses and networks')
      .default([])
      .describe(
        'Addresses and networks of the proxies before this server, such as 10.0.0.0/8. X-Forwarded-For is believed ' +
          'from them alone; from anybody else it would let a client choose its IP budget.',
      ),
    maxBodyBytes: setting
      .wholeNumber(1)
      .default(256 * 1024)
      .describe('The largest request body, in bytes. A larger one is refused with BODY_TOO_LARGE.'),
    drainDelay: setting
      .duration('0ms', '1d')
      .default('0ms')
      .describe(
        'How long a server that is told to stop still takes operations, while /readyz says that it will not: the time ' +
          'that load balancers need to notice.',
      ),
    drainTimeout: setting
      .duration('1ms', '1d')
      .default('10s')
      .describe('How long a server that is told to stop waits for operations that still run; then it cuts them off.'),
  })
  .prefault({})
  .describe('Where the server listens, and what it takes in.')

const guard = setting
  .section({
    maxTokens: guardLimit(
      [1, 50_000],
      2000,
      'Names, values and punctuation, and likewise lines.',
      'TOKEN_LIMIT_EXCEEDED',
    ),
    maxDepth: guardLimit([0, 200], 12, 'Fields around the deepest field.', 'DEPTH_LIMIT_EXCEEDED'),
    maxAliases: guardLimit([0, 50_000], 30, 'Aliased fields.', 'ALIAS_LIMIT_EXCEEDED'),
    maxRootFields: guardLimit([1, 50_000], 20, 'Root fields of one operation.', 'ROOT_FIELD_LIMIT_EXCEEDED'),
    maxFragments: guardLimit([0, 100], 50, 'Fragments defined, and likewise spread.', 'FRAGMENT_LIMIT_EXCEEDED'),
    maxExpandedFields: guardLimit([1, 50_000], 2000, 'Fields once fragments are spread.', 'FRAGMENT_LIMIT_EXCEEDED'),
    maxDirectives: guardLimit([0, 50_000], 50, 'Directives.', 'DIRECTIVE_LIMIT_EXCEEDED'),
  })
  .prefault({})
  .describe('How large a document may be before it is refused unread. Fragments count wherever they are spread.')

/** The bounds are what graphql-js, which recurses over documents, has been shown to bear. */
function guardLimit([min, max]: readonly [number, number], byDefault: number, counted: string, code: string) {
  return setting.wholeNumber(min, max).default(byDefault).describe(`${counted} One more is refused with ${code}.`)
}

const cost = setting
  .section({
    defaultListSize: setting
      .numberOrInfinity(0)
      .default(10)
      .describe(
        'How many items a list is taken to have where neither @listSize nor an argument tells. With .inf, operations ' +
          'that ask for such a list are refused.',
      ),
    charge: setting
      .section({
        field: setting.number(0).default(1).describe('What one unit of field cost adds to the cost.'),
        type: setting.number(0).default(1).describe('What one unit of type cost adds to the cost.'),
      })
      .prefault({})
      .describe('What is charged: cost = field × field cost + type × type cost, rounded up.'),
  })
  .prefault({})
  .describe('How weights become a cost.')

const budgetStore = setting
  .section({
    prefix: setting
      .text(/^[A-Za-z0-9_.:-]{1,64}$/, 'a name of 1 to 64 letters, digits and _ . : -')
      .default('tollgate')
      .describe('What all keys in Redis begin with. Servers with the same prefix share their budgets.'),
    deadline: setting
      .duration('1ms', '1d')
      .default('50ms')
      .describe('How long a take waits for Redis. After it, onStoreFailure of each budget decides.'),
    expectedNodes: setting
      .wholeNumber(1)
      .default(1)
      .describe(
        'How many servers share the budgets. While Redis is down, each serves that share of every budget that is ' +
          'local; too low a number admits more than the budgets.',
      ),
  })
  .prefault({})
  .describe('Where budgets are kept: in Redis with REDIS_URL, otherwise in this process.')

/** What any budget over time has. Whether refillPerSecond or window is given is checked apart. */
const limits = {
  capacity: setting.wholeNumber(1).describe('What a full budget holds: the largest burst.'),
  refillPerSecond: setting
    .positiveNumber()
    .optional()
    .describe('What comes back each second; fractions are fine. Either this or window.'),
  window: setting
    .duration('1ms', '36500d')
    .optional()
    .describe('How long an empty budget takes to be full again. Either this or refillPerSecond.'),
  mode: setting
    .choice(['enforce', 'shadow'])
    .default('enforce')
    .describe('enforce refuses what does not fit; shadow counts it and lets it pass, for trying a budget out.'),
  onStoreFailure: setting
    .choice(['local', 'open', 'closed'])
    .default('local')
    .describe(
      'While Redis does not answer: local serves from the share of this server (budgetStore.expectedNodes), open ' +
        'admits everything, closed refuses with BUDGET_STORE_UNAVAILABLE.',
    ),
}

export const ipBudgetDefaults = { capacity: 3000, window: '30s' }

const ipBudget = setting
  .section({
    ...limits,
    capacity: limits.capacity.default(ipBudgetDefaults.capacity).describe('How many requests may come at once.'),
    window: limits.window.describe(
      `How long an empty budget takes to be full again: ${ipBudgetDefaults.window} where refillPerSecond is not given ` +
        'either.',
    ),
  })
  .prefault({})
  .describe(
    'Requests from one IP address, counted before anything is read of them. Everybody behind one address shares it.',
  )

const budget = setting
  .section({
    name: setting
      .text(/^[A-Za-z0-9_-]{1,64}$/, 'a name of 1 to 64 letters, digits, _ and -')
      .describe('Names the budget in headers and errors; unique in its tier. A new name starts with a full budget.'),
    level: setting
      .choice(['client', 'tenant'])
      .default('client')
      .describe('client: each client has a budget of its own. tenant: all clients of a tenant share one.'),
    meter: setting
      .choice(['cost', 'requests'])
      .default('cost')
      .describe('What it counts: the cost of operations, or requests, refused ones too.'),
    algorithm: setting
      .choice(['token-bucket'])
      .default('token-bucket')
      .describe('How it fills: steadily, up to its capacity.'),
    ...limits,
  })
  .meta({ oneOf: [{ required: ['refillPerSecond'] }, { required: ['window'] }] })

const tier = setting.section({
  maxCost: setting
    .wholeNumber(0)
    .describe('The largest estimated cost of one operation. More is refused with COST_ESTIMATED_TOO_EXPENSIVE.'),
  timeout: setting
    .duration('1ms', '1d')
    .describe('How long one operation may run. Then it is cancelled and answered with OPERATION_TIMEOUT.'),
  budgets: setting
    .list(budget, 'budgets')
    .meta({ minItems: 1, maxItems: MAX_BUDGETS_PER_TIER })
    .describe('What its clients may use over time. An operation needs room in all of them.'),
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
      cost,
      budgetStore,
      ipBudget,
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
    { environment: 'NODE_ENV', redisUrl: 'REDIS_URL', databaseUrl: 'DATABASE_URL' },
  )
  .meta({ title: 'Configuration of Tollgate' })

/** The JSON Schema of the same, for editors. */
export function configJsonSchema(): object {
  // Draft 7 is what editors know best. What JSON Schema cannot say has its description.
  return z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7', unrepresentable: 'any' })
}
