import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { luaSource } from '../../../src/budget/redis/redis-script.ts'
import type { TokenBucketLimits } from '../../../src/budget/token-bucket.ts'
import { type Played, playTokenBucket, type Step, tokenBucketCases } from '../../support/token-bucket-cases.ts'

// Plays the steps on one bucket. ARGV: capacity, refill per second; then for each step its kind, time, amount, and the
// step it settles.
const PLAY = `
local capacity, refillPerSecond = tonumber(ARGV[1]), tonumber(ARGV[2])
local bucket, holds, admitted = emptyBucket(tonumber(ARGV[4])), {}, {}
for index = 0, (#ARGV - 2) / 4 - 1 do
  local at = 4 * index + 3
  local kind, now, amount = ARGV[at], tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local current = drained(bucket, refillPerSecond, now)
  local fits = kind ~= 'take' or hasRoom(current.used, amount, capacity)
  if kind == 'take' then
    admitted[#admitted + 1] = fits and 1 or 0
  end
  if kind == 'settle' then
    local hold = holds[tonumber(ARGV[at + 3])]
    if hold then
      settle(current, hold, amount, capacity)
      bucket = current
    end
  elseif fits then
    holds[index] = charge(current, chargeable(current.used, amount, capacity))
    bucket = current
  end
end
local function text(number) return string.format('%.17g', number) end
return { admitted, text(bucket.used), text(bucket.at), text(bucket.refilled), text(bucket.refunded) }
`

describe('the token bucket in Lua', () => {
  let redis: Redis
  beforeAll(() => {
    redis = new Redis(inject('redisUrl'))
  })
  afterAll(async () => {
    await redis.quit()
  })

  async function playLua({ capacity, refillPerSecond }: TokenBucketLimits, steps: readonly Step[]): Promise<Played> {
    const args = steps.flatMap((step): (string | number)[] => {
      if ('settle' in step) return ['settle', step.at, step.actual, step.settle]
      return 'take' in step ? ['take', step.at, step.take, -1] : ['count', step.at, step.count, -1]
    })
    const answer = await redis.eval(luaSource(['token-bucket.lua']) + PLAY, 0, capacity, refillPerSecond, ...args)
    if (!Array.isArray(answer) || !Array.isArray(answer[0])) throw new TypeError('The script answered no list')
    const [used, at, refilled, refunded] = answer.slice(1).map(Number)
    const admitted = answer[0].map((fits) => fits === 1)
    return { admitted, bucket: { used: used ?? -1, at: at ?? -1, refilled: refilled ?? -1, refunded: refunded ?? -1 } }
  }

  test.each(tokenBucketCases)('$name', async ({ limits, steps, admitted, bucket }) => {
    expect(await playLua(limits, steps)).toEqual({ admitted, bucket })
  })

  test('agrees with the TypeScript form to the last digit, for any history', async () => {
    const at = fc.integer({ min: 1_700_000_000_000, max: 1_700_000_100_000 })
    const amount = fc.nat(300)
    const step: fc.Arbitrary<Step> = fc.oneof(
      fc.record({ at, take: amount }),
      fc.record({ at, count: amount }),
      fc.record({ at, settle: fc.nat(30), actual: amount }),
    )
    const limits = fc.record({
      capacity: fc.integer({ min: 1, max: 500 }),
      refillPerSecond: fc.double({ min: 0.001, max: 1_000, noNaN: true }),
    })
    await fc.assert(
      fc.asyncProperty(limits, fc.array(step, { minLength: 1, maxLength: 30, size: 'max' }), async (limits, steps) => {
        expect(await playLua(limits, steps)).toEqual(playTokenBucket(limits, steps))
      }),
      { numRuns: 200 },
    )
  })
})
