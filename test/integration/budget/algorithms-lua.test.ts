import fc from 'fast-check'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { Limits } from '../../../src/budget/limits.ts'
import { luaSource } from '../../../src/budget/redis/redis-script.ts'
import { algorithmCases } from '../../support/algorithm-cases.ts'
import { histories } from '../../support/algorithm-histories.ts'
import { algorithms, type History, lookAt, type Played, playAlgorithm } from '../../support/play-algorithm.ts'
import { freshPrefix } from '../../support/redis-budget-store.ts'

// Plays steps on one key, whose life runs by the clock of the steps, and leaves nothing behind.
//
// KEYS   1: where the state is kept
// ARGV   1: algorithm; 2: JSON, the steps: { index, kind, at, amount, heldMs, settles, capacity, p, q }
//        3: how long a key lives at least after a take or a count, in ms
// Return { for each take whether it fitted, for each look its answer, whether the key ever had no TTL }
const PLAY = `
local algorithm, keepMs = algorithms[ARGV[1]], tonumber(ARGV[3])
local holds, admitted, answers, forever, clockAt = {}, {}, {}, 0, 0
for _, step in ipairs(cjson.decode(ARGV[2])) do
  local now, amount, capacity, p, q = step.at, step.amount, step.capacity, step.p, step.q
  if now > clockAt then
    call('PEXPIRE', KEYS[1], call('PTTL', KEYS[1]) - (now - clockAt))
    clockAt = now
  end
  local state = algorithm.read(KEYS[1], now, call('MGET', KEYS[1])[1])
  if step.kind == 'look' then
    local a, b, c, d = unpacked('<dddd', algorithm.answer(state, amount, now, capacity, p, q))
    answers[#answers + 1] = string.format('%.17g %.17g %.17g %.17g', a, b, c, d)
  elseif step.kind == 'settle' then
    local hold = holds[step.settles]
    if hold then
      holds[step.settles] = nil
      algorithm.settle(state, hold, amount, now, capacity, p, q, hold.reservation)
      algorithm.write(KEYS[1], state, now, capacity, p, q, 0)
    end
  else
    local fits = step.kind == 'count' or algorithm.hasRoom(state, amount, now, capacity, p, q)
    if step.kind == 'take' then
      admitted[#admitted + 1] = fits and 1 or 0
    end
    if fits then
      local reservation = 'test:reservation:' .. step.index
      local untilMs = now + step.heldMs
      local charged, mark, queued = algorithm.charge(state, amount, now, capacity, p, q, reservation, untilMs)
      algorithm.write(KEYS[1], state, now, capacity, p, q, keepMs)
      holds[step.index] = { reservation = reservation, amount = charged, mark = mark, queued = queued }
    end
  end
  if call('PTTL', KEYS[1]) == -1 then
    forever = 1
  end
end
call('DEL', KEYS[1])
return { admitted, answers, forever }
`

const YEAR_MS = 366 * 86_400_000

describe.each(['token-bucket', 'leaky-bucket', 'fixed-window', 'sliding-window', 'sliding-log', 'semaphore'] as const)(
  'the algorithm %s in Lua',
  (name) => {
    const file = name === 'leaky-bucket' ? 'token-bucket' : name
    const source = luaSource(['keys.lua', `algorithms/${file}.lua`]) + PLAY
    const key = `${freshPrefix()}:state`
    let redis: Redis
    beforeAll(() => {
      redis = new Redis(inject('redisUrl'))
    })
    afterAll(async () => {
      await redis.quit()
    })

    async function playLua(history: History, keepMs: number): Promise<Played> {
      const steps = plainSteps(history)
      const answer = await redis.eval(source, 1, key, name, JSON.stringify(steps), keepMs)
      if (!Array.isArray(answer)) throw new TypeError('The script answered no list')
      const [admitted, answers, forever]: unknown[] = answer
      if (!Array.isArray(admitted) || !Array.isArray(answers)) throw new TypeError('The script answered no lists')
      expect(forever).toBe(0)
      const looked = steps.filter(({ kind }) => kind === 'look')
      const looks = looked.map(({ at, amount, limits }, index) => {
        const [a = 0, b = 0, c = 0, d = 0] = String(answers[index]).split(' ').map(Number)
        return lookAt(algorithms[name], algorithms[name].fromAnswer(a, b, c, d), amount, limits, at)
      })
      return { admitted: admitted.map((fits) => fits === 1), looks }
    }

    test.each(algorithmCases.filter(({ history }) => history.algorithm === name))(
      '$name',
      async ({ history, played }) => {
        expect(await playLua(history, YEAR_MS)).toEqual(played)
      },
    )

    test('agrees with the TypeScript form to the last digit, for any history', async () => {
      await fc.assert(
        fc.asyncProperty(histories(name, { limitsChange: true, clockGoesBack: true }), async (history) => {
          expect(await playLua(history, 1_000 * YEAR_MS)).toEqual(playAlgorithm(history))
        }),
        { numRuns: 300 },
      )
    })

    test('has a key that lives until nothing is used', async () => {
      await fc.assert(
        fc.asyncProperty(histories(name, { limitsChange: false, clockGoesBack: false }), async (any) => {
          const history = { ...any, steps: any.steps.filter((step) => !('settle' in step)) }
          expect(await playLua(history, 0)).toEqual(playAlgorithm(history))
        }),
        { numRuns: 100 },
      )
    })
  },
)

interface PlainStep {
  readonly index: number
  readonly kind: 'take' | 'count' | 'settle' | 'look'
  readonly at: number
  readonly amount: number
  readonly heldMs: number
  readonly settles: number
  readonly limits: Limits
  readonly capacity: number
  readonly p: number
  readonly q: number
}

/** The steps but for changes of limits, each with the limits of its time. */
function plainSteps({ limits: initial, steps }: History): readonly PlainStep[] {
  let limits = initial
  return steps.flatMap((step, index): PlainStep[] => {
    if ('limits' in step) {
      limits = step.limits
      return []
    }
    const { capacity, refillPerSecond, maxDelayMs, windowMs, windowMonths } = limits
    const plain = { index, at: step.at, heldMs: 0, settles: 0, limits, capacity }
    const withLimits = { ...plain, p: refillPerSecond || windowMs, q: maxDelayMs || windowMonths }
    if ('look' in step) return [{ ...withLimits, kind: 'look', amount: step.look }]
    if ('settle' in step) return [{ ...withLimits, kind: 'settle', amount: step.actual, settles: step.settle }]
    const heldMs = step.heldMs ?? 0
    if ('take' in step) return [{ ...withLimits, kind: 'take', amount: step.take, heldMs }]
    return [{ ...withLimits, kind: 'count', amount: step.count, heldMs }]
  })
}
