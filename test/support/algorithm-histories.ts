import fc from 'fast-check'
import type { AlgorithmName } from '../../src/budget/budget.ts'
import type { Limits } from '../../src/budget/limits.ts'
import type { History, Step } from './play-algorithm.ts'

export interface HistoryKind {
  /** Whether the limits change on the way. */
  readonly limitsChange: boolean
  /** Whether the clock also goes back. */
  readonly clockGoesBack: boolean
}

/** Any history of takes, counts and settles, with a look after each of them. */
export function histories(algorithm: AlgorithmName, kind: HistoryKind): fc.Arbitrary<History> {
  return limitsFor(algorithm).chain((limits) => {
    const amount = algorithm === 'semaphore' ? fc.constant(1) : fc.nat(limits.capacity + 5)
    const event = fc.record({
      kind: fc.constantFrom('take', 'take', 'count', 'settle', kind.limitsChange ? 'limits' : 'take'),
      passedMs: passedMs(limits, kind.clockGoesBack),
      amount,
      actual: amount,
      heldMs: fc.nat(500),
      charge: fc.nat(30),
      limits: limitsFor(algorithm),
    })
    return fc.array(event, { minLength: 1, maxLength: 30, size: 'max' }).map((events) => {
      const steps: Step[] = []
      let at = 1_700_000_000_000
      for (const { kind, passedMs, amount, actual, heldMs, charge, limits } of events) {
        at += passedMs
        if (kind === 'take') steps.push({ at, take: amount, heldMs })
        else if (kind === 'count') steps.push({ at, count: amount, heldMs })
        else if (kind === 'settle') steps.push({ at, settle: 2 * charge, actual })
        else steps.push({ limits })
        steps.push({ at, look: amount })
      }
      return { algorithm, limits, steps }
    })
  })
}

const smallOrLarge = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 300 }) },
  fc.integer({ min: 1, max: 1_000_000 }),
)

function limitsFor(algorithm: AlgorithmName): fc.Arbitrary<Limits> {
  const isBucket = algorithm.endsWith('bucket')
  const isWindow = algorithm.startsWith('sliding') || algorithm === 'fixed-window'
  return fc
    .record({
      capacity: algorithm === 'semaphore' ? fc.integer({ min: 1, max: 6 }) : smallOrLarge,
      refillPerSecond: fc.double({ min: 0.01, max: 1_000, noNaN: true }),
      maxDelayMs: fc.nat(2_000),
      windowMs: fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.constantFrom(60_000, 86_400_000)),
      windowMonths: algorithm === 'fixed-window' ? fc.constantFrom(0, 0, 1, 3, 7, 12) : fc.constant(0),
    })
    .map(({ capacity, refillPerSecond, maxDelayMs, windowMs, windowMonths }) => ({
      capacity,
      refillPerSecond: isBucket ? refillPerSecond : 0,
      maxDelayMs: algorithm === 'leaky-bucket' ? maxDelayMs : 0,
      windowMs: isWindow && windowMonths === 0 ? windowMs : 0,
      windowMonths,
    }))
}

/** Short and long against the window, so that charges meet in it, lie on its edges and leave it. */
function passedMs({ windowMs, windowMonths }: Limits, goesBack: boolean): fc.Arbitrary<number> {
  const long = windowMonths * 31 * 86_400_000 || windowMs || 500
  const forward = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 1, max: 5 }),
    fc.nat(Math.ceil(long / 3)),
    fc.nat(long * 2),
  )
  return goesBack ? fc.oneof({ weight: 4, arbitrary: forward }, fc.integer({ min: -long, max: -1 })) : forward
}
