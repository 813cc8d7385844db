import { setting } from '../settings/setting.ts'

export const budgetStore = setting
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
