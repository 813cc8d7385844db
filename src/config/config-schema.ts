import { z } from 'zod'
import { budgetOverride, globalBudget, ipBudget, MAX_BUDGETS_PER_TIER, tierBudget } from './budget-schema.ts'
import { setting } from './settings/setting.ts'

/** A configuration file with its defaults filled in. */
export type ConfigFile = z.output<typeof configSchema>

/** As browsers write it in the header Origin, which is compared with it letter by letter. */
const origin = setting.text(
  /^\*$|^[a-z][a-z0-9+.-]*:\/\/(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:\d{1,5})?$/,
  '"*", or an origin in lower case and without a path, such as https://shop.example,',
)

const cors = setting
  .section({
    origins: setting
      .list(origin, 'origins')
      .default([])
      .describe('The pages that may read answers, by their origins, such as https://shop.example; "*" stands for all.'),
    credentials: setting
      .flag()
      .default(false)
      .describe('Whether they may send cookies along, for a proxy before this server: itself, it reads none.'),
  })
  .refine(({ origins, credentials }) => !(credentials && origins.includes('*')), {
    path: ['credentials'],
    error: 'found true with all origins; list those that may send cookies along, or leave it false',
  })
  .prefault({})
  .describe('Which pages of other origins browsers let read answers and what they say of budgets.')

const tls = setting
  .section({
    cert: path(
      'The certificate in PEM, followed by those of its issuers. Relative paths begin at the folder of this file.',
    ),
    key: path('Its private key in PEM, without a passphrase.'),
  })
  .optional()
  .describe('The files with which the server speaks HTTPS. Without them it speaks HTTP. They are read at the start.')

function path(description: string) {
  return setting.text(/\S/, 'the path of a file').describe(description)
}

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
    statusProfile: setting
      .choice(['audits', 'spec-2026'])
      .default('audits')
      .describe(
        'Which HTTP statuses tell of mistakes in requests: 400, and 200 for clients that accept application/json ' +
          'alone (audits), or those of the GraphQL-over-HTTP specification of September 2026: 422 and 294.',
      ),
    cors,
    tls,
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
      1000,
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
    leases: setting
      .flag()
      .default(true)
      .describe(
        'Whether this server takes slices of the budgets of busy clients in advance and serves from them, which spares ' +
          'most journeys to Redis. What is not used of a slice is given back.',
      ),
  })
  .prefault({})
  .describe('Where budgets are kept: in Redis with REDIS_URL, otherwise in this process.')

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

const tier = setting.section({
  maxCost,
  timeout,
  budgets: setting
    .list(tierBudget, 'budgets')
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
