import { setting } from './settings/setting.ts'

/** What limits a budget beside its capacity, by its algorithm. Where there are a refill rate and a window, either will do. */
export const limitSettings = {
  'token-bucket': ['refillPerSecond', 'window'],
  'leaky-bucket': ['refillPerSecond', 'window', 'maxDelay'],
  'fixed-window': ['window'],
  'sliding-window': ['window'],
  'sliding-log': ['window'],
} as const satisfies Readonly<Record<string, readonly LimitSetting[]>>

export type LimitSetting = 'refillPerSecond' | 'window' | 'maxDelay'

/** In a tier, and likewise of those that all share. */
export const MAX_BUDGETS_PER_TIER = 16

export const MAX_SLIDING_LOG_CAPACITY = 10_000

const name = setting.text(/^[A-Za-z0-9_-]{1,64}$/, 'a name of 1 to 64 letters, digits, _ and -')

const capacity = setting.wholeNumber(1)

const refillPerSecond = setting
  .positiveNumber()
  .optional()
  .describe('What comes back each second; fractions are fine. Either this or window.')

const mode = setting
  .choice(['enforce', 'shadow'])
  .describe('enforce refuses what does not fit; shadow counts it and lets it pass, for trying a budget out.')

const onStoreFailure = setting
  .choice(['local', 'open', 'closed'])
  .describe(
    'While Redis does not answer: local serves from the share of this server (budgetStore.expectedNodes), open admits ' +
      'everything, closed refuses with BUDGET_STORE_UNAVAILABLE.',
  )

export const ipBudgetDefaults = { capacity: 3000, window: '30s' }

export const ipBudget = setting
  .section({
    capacity: capacity.default(ipBudgetDefaults.capacity).describe('How many requests may come at once.'),
    refillPerSecond,
    window: setting
      .duration('1ms', '36500d')
      .optional()
      .describe(
        `How long an empty budget takes to be full again: ${ipBudgetDefaults.window} where refillPerSecond is not ` +
          'given either.',
      ),
    mode: mode.default('enforce'),
    onStoreFailure: onStoreFailure.default('local'),
  })
  .prefault({})
  .describe(
    'Requests from one IP address, counted before anything is read of them. Everybody behind one address shares it.',
  )

/** Those that a client may have of its own. Whether they go with the algorithm is checked apart. */
const limits = {
  capacity: capacity.describe(
    'The most that can be used at once, or in one window. Of a sliding-log at most 100000: it keeps every charge.',
  ),
  refillPerSecond,
  window: setting
    .window('1ms', '36500d')
    .optional()
    .describe(
      'Of a bucket, how long an empty one takes to be full again: either this or refillPerSecond. Of the other ' +
        'algorithms, how long what is used counts. A fixed-window of 1d begins at midnight UTC; it alone may have ' +
        'calendar months: 1mo, 3mo, 12mo.',
    ),
  maxDelay: setting
    .duration('1ms', '1h')
    .optional()
    .describe('How long an operation may wait for its turn in a leaky-bucket, which needs this, before it is refused.'),
  softThreshold: setting
    .share()
    .optional()
    .describe(
      'From which part of the capacity on clients are warned (RateLimit-Warning) and operators told: 0.8 is at four ' +
        'fifths. By default never.',
    ),
}

const metered = {
  meter: setting
    .choice(['cost', 'requests', 'responseBytes', 'concurrency'])
    .default('cost')
    .describe(
      'What it counts: the cost of operations; requests, refused ones too; the bytes of responses; or operations that ' +
        'run at once (concurrency), which has a capacity and no algorithm.',
    ),
  algorithm: setting
    .choice(['token-bucket', 'leaky-bucket', 'fixed-window', 'sliding-window', 'sliding-log'])
    .default('token-bucket')
    .describe(
      'How it counts. token-bucket refills steadily; leaky-bucket lets operations wait for that; fixed-window starts ' +
        'anew with each window; sliding-window and, exactly, sliding-log count the last window.',
    ),
  ...limits,
  mode: mode.default('enforce'),
  onStoreFailure: onStoreFailure.default('local'),
}

export const tierBudget = setting
  .section({
    name: name.describe(
      'Names the budget in headers and errors; unique in its tier. A new name starts with a full budget.',
    ),
    level: setting
      .choice(['client', 'tenant', 'operation'])
      .default('client')
      .describe(
        'client: each client has a budget of its own. tenant: all clients of a tenant share one. operation: each ' +
          'client has one for the root field that field names.',
      ),
    field: setting
      .text(/^(Query|Mutation|Subscription)\.[_A-Za-z][_0-9A-Za-z]*$/, 'a root field such as Mutation.placeOrder')
      .optional()
      .describe('The root field that a budget of the level operation is for, such as Mutation.placeOrder.'),
    ...metered,
  })
  .meta({ allOf: [{ oneOf: limitShapes() }, { oneOf: fieldShapes() }] })

export const globalBudget = setting
  .section(
    { name: name.describe('Names the budget in errors; unique, and the name of no budget of a tier.'), ...metered },
    { level: 'all clients share these budgets', field: 'only a budget of a tier can be for one field' },
  )
  .meta({ oneOf: limitShapes() })

const ofTheTier = 'it stays what it is in the tier'

/** What a client has of its own in a budget of its tier. */
export const budgetOverride = setting
  .section(
    {
      ...limits,
      capacity: limits.capacity.optional(),
      mode: mode.optional(),
      onStoreFailure: onStoreFailure.optional(),
    },
    { name: ofTheTier, level: ofTheTier, field: ofTheTier, meter: ofTheTier, algorithm: ofTheTier },
  )
  .meta({ not: { required: ['refillPerSecond', 'window'] } })

/** For editors, what `check-budgets.ts` says of limits and fields. */
function limitShapes(): readonly object[] {
  const all: readonly LimitSetting[] = ['refillPerSecond', 'window', 'maxDelay']
  const without = (...settings: readonly string[]) => Object.fromEntries(settings.map((one) => [one, false]))
  const ofAlgorithms = Object.entries(limitSettings).flatMap(
    ([algorithm, settings]: readonly [string, readonly LimitSetting[]]) =>
      settings.filter(isRate).map((rate) => {
        const needed = settings.filter((one) => one === rate || !isRate(one))
        return {
          properties: {
            algorithm: { const: algorithm },
            meter: { not: { const: 'concurrency' } },
            ...without(...all.filter((one) => !needed.includes(one))),
          },
          required: algorithm === 'token-bucket' ? needed : ['algorithm', ...needed],
        }
      }),
  )
  const ofConcurrency = {
    properties: { meter: { const: 'concurrency' }, ...without('algorithm', ...all) },
    required: ['meter'],
  }
  return [...ofAlgorithms, ofConcurrency]
}

function isRate(one: LimitSetting): boolean {
  return one !== 'maxDelay'
}

function fieldShapes(): readonly object[] {
  return [
    { properties: { level: { const: 'operation' } }, required: ['level', 'field'] },
    { properties: { level: { not: { const: 'operation' } }, field: false } },
  ]
}
