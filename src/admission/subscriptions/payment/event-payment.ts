import type { GraphQLError } from 'graphql'
import type { Client } from '../../../accounts/client.ts'
import type { BudgetState, TakeResult } from '../../../budget/budget-store.ts'
import { type Refusal, refusal } from '../../../errors/refusal.ts'
import { toGraphQLError } from '../../../errors/to-graphql-error.ts'
import type { Admission } from '../../admission.ts'
import type { EventUse } from '../../charging/charges.ts'
import { denialRefusal, noTier } from '../../charging/denial-refusal.ts'
import type { EventCharge } from './event-charging.ts'
import type { Pauses } from './pauses.ts'

/** Has events paid for by those who get them; whoever cannot pay waits until it can, or leaves. */
export interface EventPayment {
  pay(payer: Payer, use: EventUse): Promise<Paid>
}

/** A subscriber, as far as it pays. */
export interface Payer {
  readonly client: Client
  /** Aborts when it does not wait any more. */
  readonly signal: AbortSignal
  /** Told that there is no room for it now, before it waits for some. */
  onDenied(): void
  /** Told why nothing comes for a while, and until when. Once for each pause that is worth telling of. */
  onPause(reason: Refusal, pausedUntil: Date): void
}

export type Paid =
  | {
      readonly kind: 'paid'
      readonly states: readonly BudgetState[]
      /** Called at once where it is not told of the event after all. */
      giveBack(): void
    }
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

/**
 * No pause is shorter: thousands may wait for one budget, and each end of a pause wakes all of them. Where
 * less is missing there is nothing to tell of: then events come about as fast as the budget refills.
 */
const SHORTEST_PAUSE_MS = 100

/** How soon a budget is asked for again that cannot be read. */
const STORE_RETRY_MS = 1_000

export function createEventPayment({ admission, pauses, wait, now }: EventPaymentOptions): EventPayment {
  return {
    async pay({ client, signal, onDenied, onPause }, use) {
      for (let told = false; !signal.aborted; ) {
        const charge = await admission.events.take(client, use)
        if (charge.kind === 'charged') return await inTurn(charge, signal)
        if (signal.aborted) return { kind: 'unpaid' }
        if (charge.kind === 'no-tier') return { kind: 'unpaid', error: toGraphQLError(noTier(client)) }
        const { result } = charge
        const missingMs = missingMsOf(result)
        if (missingMs === undefined || admission.tierOf(client)?.outOfBudget === 'close') {
          return { kind: 'unpaid', error: toGraphQLError(denialRefusal(result, undefined, 'The next event')) }
        }
        onDenied()
        if (!told && missingMs >= SHORTEST_PAUSE_MS) {
          told = true
          const until = new Date(now() + missingMs)
          onPause(pausedRefusal(result, until, missingMs), until)
        }
        // Dearer events of the client may have to wait for longer.
        await pauses.wait(`${client.id} ${use.cost}`, Math.max(missingMs, SHORTEST_PAUSE_MS), signal)
      }
      return { kind: 'unpaid' }
    },
  }

  /**
   * What has been charged, once its turn in a leaky bucket has come. Whoever leaves before that has had its
   * turn.
   */
  async function inTurn({ delayMs, states, giveBack }: Charged, signal: AbortSignal): Promise<Paid> {
    if (delayMs > 0) await wait(delayMs, signal)
    else if (signal.aborted) giveBack(1)
    return signal.aborted ? { kind: 'unpaid' } : { kind: 'paid', states, giveBack: () => giveBack(1) }
  }
}

type Charged = Extract<EventCharge, { kind: 'charged' }>

type Denied = Extract<TakeResult, { admitted: false }>

/** After what time all budgets have room. Undefined: never. */
function missingMsOf(result: Denied): number | undefined {
  if (result.reason !== 'exhausted') return STORE_RETRY_MS
  const waits = result.denials.map(({ retryAfterMs }) => retryAfterMs)
  return waits.includes('never') ? undefined : Math.max(0, ...waits.filter((ms) => ms !== 'never'))
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
