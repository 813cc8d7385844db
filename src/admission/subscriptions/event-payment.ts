import type { GraphQLError } from 'graphql'
import type { Client } from '../../accounts/client.ts'
import type { BudgetState, TakeResult } from '../../budget/budget-store.ts'
import { type Refusal, refusal } from '../../errors/refusal.ts'
import { toGraphQLError } from '../../errors/to-graphql-error.ts'
import type { Admission } from '../admission.ts'
import type { EventUse } from '../charging/charges.ts'
import { denialRefusal, noTier } from '../charging/denial-refusal.ts'
import type { Pauses } from './pauses.ts'

/** Has events paid for by those who get them; whoever cannot pay waits until it can, or leaves. */
export interface EventPayment {
  pay(payer: Payer, use: EventUse): Promise<Paid>
}

/** A subscriber, as far as it pays. */
export interface Payer {
  /** Asked for each attempt: its tier may change while it waits. */
  client(): Client
  /** Aborts when it does not wait any more. */
  readonly signal: AbortSignal
  /** Told why nothing comes for a while, and until when. Once for each pause that is worth telling of. */
  onPause(reason: Refusal, pausedUntil: Date): void
}

export type Paid =
  | { readonly kind: 'paid'; readonly states: readonly BudgetState[] }
  /** It ends, with this error where there is somebody to read it. */
  | { readonly kind: 'unpaid'; readonly error?: GraphQLError }

export interface EventPaymentOptions {
  readonly admission: Pick<Admission, 'events' | 'tierOf'>
  readonly pauses: Pauses
  /** How an event waits for its turn in a leaky bucket. Resolves early when the signal aborts. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<unknown>
  /** Epoch milliseconds. */
  readonly now: () => number
}

/** A shorter pause is nothing to tell of: then events come as fast as the budget refills. */
const TOLD_PAUSE_MS = 100

/** How soon a budget is asked for again that cannot be read. */
const STORE_RETRY_MS = 1_000

export function createEventPayment({ admission, pauses, wait, now }: EventPaymentOptions): EventPayment {
  return {
    async pay({ client, signal, onPause }, use) {
      for (let told = false; !signal.aborted; ) {
        const payer = client()
        const charge = await admission.events.take(payer, use)
        if (signal.aborted) return { kind: 'unpaid' }
        if (charge.kind === 'charged') {
          if (charge.delayMs > 0) await wait(charge.delayMs, signal)
          return { kind: 'paid', states: charge.states }
        }
        if (charge.kind === 'no-tier') return { kind: 'unpaid', error: toGraphQLError(noTier(payer)) }
        const { result } = charge
        const pauseMs = pauseMsOf(result)
        if (pauseMs === undefined || admission.tierOf(payer)?.outOfBudget === 'close') {
          return { kind: 'unpaid', error: toGraphQLError(denialRefusal(result, undefined, 'The next event')) }
        }
        if (!told && pauseMs >= TOLD_PAUSE_MS) {
          told = true
          const until = new Date(now() + pauseMs)
          onPause(pausedRefusal(result, until, pauseMs), until)
        }
        // Dearer events of the client may have to wait for longer.
        await pauses.over(`${payer.id} ${use.cost}`, pauseMs, signal)
      }
      return { kind: 'unpaid' }
    },
  }
}

type Denied = Extract<TakeResult, { admitted: false }>

/** After what time all budgets have room. Undefined: never. */
function pauseMsOf(result: Denied): number | undefined {
  if (result.reason !== 'exhausted') return STORE_RETRY_MS
  const waits = result.denials.map(({ retryAfterMs }) => retryAfterMs)
  return waits.includes('never') ? undefined : Math.max(1, ...waits.filter((ms) => ms !== 'never'))
}

function pausedRefusal(result: Denied, until: Date, retryAfterMs: number): Refusal {
  if (result.reason !== 'exhausted') return denialRefusal(result)
  const [first, ...others] = result.denials
  if (first === undefined) throw new Error('A take was denied without a budget that denied it')
  const { budget, amount, remaining } = others.reduce(
    (longest, denial) => (denial.retryAfterMs === retryAfterMs ? denial : longest),
    first,
  )
  return refusal('SUBSCRIPTION_PAUSED', {
    budget: budget.name,
    level: budget.level,
    cost: amount,
    remaining,
    retryAfterMs,
    pausedUntil: until.toISOString(),
  })
}
