import { setTimeout } from 'node:timers/promises'
import { OperationTypeNode } from 'graphql'
import type { Client } from '../accounts/client.ts'
import { later } from '../budget/budget-state.ts'
import type { Charge, Reservation, TakeResult } from '../budget/budget-store.ts'
import type { Cost } from '../cost/evaluate/totals.ts'
import { type Refusal, refusal } from '../errors/refusal.ts'
import { andThen, type NowOrLater } from '../execution/now-or-later.ts'
import type { Ending, Entry, OverloadControl, Seat, Shed } from '../guard/overload/overload-control.ts'
import { affordable } from './charging/affordable.ts'
import { type BatchUse, batchUse } from './charging/batch-use.ts'
import { takeEvents } from './charging/budget-event.ts'
import { joinedCharges, operationCharges, requestCharges, type Used } from './charging/charges.ts'
import { type ChargingOptions, createCharging } from './charging/charging.ts'
import { denialRefusal, noTier } from './charging/denial-refusal.ts'
import { createRequestDenials } from './charging/request-denials.ts'
import { selectionCounts } from './charging/selection-counts.ts'
import { tenantOf } from './charging/tenant-of.ts'
import type { OperationRequest } from './operation-request.ts'
import { type Policy, tierOf } from './policy.ts'
import type { PreparedOperation, PreparedOperations } from './prepared-operations.ts'
import { type Priced, type PricedOperation, type PriceOptions, priceOperation } from './price-operation.ts'
import type { OperationReport } from './report/operation-report.ts'
import { createEventCharging, type EventCharging } from './subscriptions/payment/event-charging.ts'
import type { Tier } from './tier.ts'

export interface AdmissionOptions extends PriceOptions, ChargingOptions {
  /** Read anew for each operation, so that a change takes effect on the next take. */
  readonly policy: () => Policy
  /**
   * A clock that never goes back, in milliseconds.
   * @default performance.now
   */
  readonly now?: () => number
  /**
   * Who is served while more comes than this process can serve.
   * @default everybody
   */
  readonly overload?: OverloadControl | undefined
  /**
   * How an operation waits for its turn in a leaky bucket. Rejects once the signal aborts.
   * @default a timer
   */
  readonly wait?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>
}

/** Something that may not go on, with the state of the budgets it met. */
export interface Refused {
  readonly kind: 'refused'
  readonly refusal: Refusal
  readonly report: OperationReport
}

/** What became of charging one request. */
export interface RequestCharge {
  readonly report: OperationReport
  /** Where no request was left: what to answer instead, so that a flood of mistakes runs out too. */
  readonly denied: Refusal | undefined
}

/** The answer to an operation that wants to run. `abandoned`: its client left while it waited, and pays the estimate. */
export type AdmissionResult =
  | { readonly kind: 'admitted'; readonly admitted: AdmittedOperation; readonly report: OperationReport }
  | { readonly kind: 'validated' | 'abandoned'; readonly report: OperationReport }
  | Refused

/** An operation that has been charged its estimate and may run. */
export interface AdmittedOperation {
  readonly prepared: PreparedOperation
  readonly variables: Readonly<Record<string, unknown>>
  /** The same as resolvers get them. Those may change what is in them, so they are good for one execution. */
  readonly coerced: Readonly<Record<string, unknown>>
  /** What was taken for it, and for those that were admitted together with it. */
  readonly reservation: Reservation
  /** What those have used so far: they are settled together. */
  readonly used: BatchUse
  /** What they hold together while the server is watched for overload. */
  readonly seat: Seat | undefined
  /** The name of its client's tier. */
  readonly tier: string
  readonly timeoutMs: number
}

/** The journey of an operation as far as it does not depend on how it came in: HTTP, WebSocket, somebody's own server. */
export interface Admission {
  /**
   * Charges requests to an address, by default one. The first thing that happens to a request; undefined lets it pass.
   */
  arrive(ip: string, requests?: number): NowOrLater<Refused | undefined>
  /** What has no request left is denied again before it is read; undefined lets it pass. */
  deny(client: Client): Refused | undefined
  /** Whether operations wait for a seat: only then somebody may be turned away. */
  isFull(): boolean
  /** While too much comes: why an operation of this client would only be refused once it had been read. */
  turnAway(client: Client): Refusal | undefined
  /** The guard's verdict on a document nobody has parsed yet; undefined lets it pass. */
  inspect(source: string): Refusal | undefined
  /** What standard validation says of a document that has passed the guard. */
  validate: PreparedOperations['validate']
  /**
   * Prices an operation and charges the estimate to all of its client's budgets, or to none. Where a leaky bucket makes
   * it wait, the answer comes when it is its turn.
   */
  admit(request: OperationRequest): NowOrLater<AdmissionResult>
  /**
   * The same, and goes on with the answer in one go: of many operations whose budgets answer together, each comes to its
   * end before the next one wants a seat.
   */
  admitThen<Result>(
    request: OperationRequest,
    next: (result: AdmissionResult) => NowOrLater<Result>,
  ): NowOrLater<Result>
  /**
   * The same for operations that one client sends at once: those that have a price are charged together, all or none.
   * They have to run one after another, since they take one place among what runs.
   * The answers are in the order of the requests.
   */
  admitTogether(requests: readonly OperationRequest[]): Promise<readonly AdmissionResult[]>
  /** Charges one request, and no cost, for something that is refused or not executed. It does not wait its turn. */
  chargeRequest(client: Client): Promise<RequestCharge>
  /** What this client may do now. Undefined where its tier is not configured any more. */
  tierOf(client: Client): Tier | undefined
  /** The budgets of a client as they are. Takes nothing. */
  look(client: Client): Promise<OperationReport['states']>
  /** Takes what events of subscriptions have cost. */
  readonly events: EventCharging
  /** What a response cost. */
  measure(admitted: AdmittedOperation, data: unknown): Cost
  /** Replaces the estimate by what was used, once the last of those admitted together has ended. Does not wait for the store. */
  settle(admitted: AdmittedOperation, report: OperationReport, used: Used, ending?: Ending): OperationReport
}

/** How much longer than its deadline an operation's reservation lives: a late settle still finds it. */
const RESERVATION_SLACK_MS = 30_000

/** How much longer than its deadline it holds its place among those that run, if nobody settles it. */
const PLACE_SLACK_MS = 1_000

/** The life of a reservation that nobody settles: what it charged is what it costs. */
const NEVER_SETTLED_MS = 0

export function createAdmission(options: AdmissionOptions): Admission {
  const { store, policy, schema, operations, newId, onSettleFailure, onBudgetEvent, overload } = options
  const { now = () => performance.now() } = options
  const { wait = (ms, signal) => setTimeout(ms, undefined, signal && { signal }) } = options

  const charging = createCharging({ store, newId, onSettleFailure, onBudgetEvent })
  const requestDenials = createRequestDenials(now)

  async function chargeRequest(client: Client): Promise<RequestCharge> {
    const current = policy()
    const tier = tierOf(current, client)
    if (tier === undefined) return { report: NOTHING_CHARGED, denied: noTier(client) }
    const charges = requestCharges(current, tier, client)
    const result = await charging.take(client.tier, { tenant: tenantOf(client), charges, ttlMs: NEVER_SETTLED_MS })
    requestDenials.note(client, tier, result)
    const report = { actualCost: 0, states: statesOf(result) }
    return { report, denied: result.admitted ? undefined : denialRefusal(result) }
  }

  /** Prices an operation that is to run. One that is not is charged a request, and has its answer. */
  function price(current: Policy, tier: Tier, request: OperationRequest): NowOrLater<Weighed | AdmissionResult> {
    const { client, variables } = request
    const priced = priceOperation(options, request, tier)
    const { prepared, coerced, price } = priced
    if (prepared === undefined || request.mode === 'validate') return chargeUnpriced(client, priced)
    const selections = selectionCounts(schema, prepared, variables)
    const charges = operationCharges(current, tier, client, { cost: price.estimate.cost, selections })
    return { kind: 'weighed', request, prepared, coerced, price, charges }
  }

  async function chargeUnpriced(client: Client, { refusal, price }: Priced): Promise<AdmissionResult> {
    const { report, denied } = await chargeRequest(client)
    const stopped = denied ?? refusal
    if (stopped !== undefined) return refused(stopped, { ...price, ...report })
    return { kind: 'validated', report: { ...price, states: report.states } }
  }

  /**
   * Charges operations of one client that have their price, all or none, and waits until it is their turn. What comes next
   * is told what comes of each.
   */
  function takeEstimates<Result>(
    tier: Tier,
    first: Weighed,
    others: readonly Weighed[],
    next: (resultOf: ResultOf) => NowOrLater<Result>,
  ): NowOrLater<Result> {
    const { client } = first.request
    const alone = others.length === 0
    const charges = alone ? first.charges : joinedCharges([first, ...others].map((operation) => operation.charges))
    const lifeMs = (1 + others.length) * tier.timeoutMs + longestDelayMs(charges)
    const request = {
      tenant: tenantOf(client),
      charges,
      ttlMs: lifeMs + RESERVATION_SLACK_MS,
      heldMs: lifeMs + PLACE_SLACK_MS,
    }
    return andThen(charging.take(client.tier, request), (result) => {
      requestDenials.note(client, tier, result)
      const states = statesOf(result)
      if (!result.admitted) {
        // What would fit is known where one operation is the whole of it.
        const fits = (maxCost: number) => affordable(first.prepared.plan, first.request.variables, maxCost)
        const denied = denialRefusal(result, alone ? fits : undefined)
        return next(({ price }) =>
          refused(denied, { estimate: price.estimate, rows: price.rows, states, actualCost: 0 }),
        )
      }
      const { reservation, delayMs } = result
      const statesThen = delayMs === 0 ? states : states.map((state) => later(state, delayMs))
      const used = batchUse(1 + others.length)
      return andThen(seated(tier, delayMs, [first, ...others]), (entry) => {
        const seat = entry?.kind === 'seated' ? entry : undefined
        return next(({ prepared, coerced, price: { estimate, rows }, request: { variables } }) => {
          const { timeoutMs } = tier
          const admitted = { prepared, variables, coerced, reservation, used, seat, tier: client.tier, timeoutMs }
          const report = { estimate, rows, states: statesThen }
          switch (entry?.kind) {
            // Its place in the queue is used up, whoever leaves it: those behind it have been told when it is their turn.
            case 'left':
              return { kind: 'abandoned', report: settle(admitted, report, unused(estimate.cost)) }
            case 'abandoned':
              return { kind: 'abandoned', report: settle(admitted, report, unused(0)) }
            case 'shed':
              return refused(overloaded(entry), settle(admitted, report, unused(0)))
            default:
              return { kind: 'admitted', admitted, report }
          }
        })
      })
    })
  }

  /** Waits for the turn of what was taken, then for a seat. Undefined where nobody needs one. */
  function seated(
    tier: Tier,
    delayMs: number,
    batch: readonly [Weighed, ...Weighed[]],
  ): NowOrLater<Entry | { readonly kind: 'left' } | undefined> {
    const { signal } = batch[0].request
    const enter = () => overload?.enter(seatFor(tier, batch), signal)
    if (delayMs === 0) return enter()
    return turn(delayMs, signal?.()).then((stays) => (stays ? enter() : { kind: 'left' }))
  }

  /** Waits, unless the client goes away before the time is over. */
  async function turn(delayMs: number, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      await wait(delayMs, signal)
      return true
    } catch (error) {
      if (signal?.aborted === true) return false
      throw error
    }
  }

  function settle(
    { reservation, tier, seat, used: together }: AdmittedOperation,
    report: OperationReport,
    used: Used,
    ending: Ending = 'completed',
  ): OperationReport {
    const total = together.with(used)
    if (total === undefined) return { ...report, actualCost: used.cost }
    seat?.leave(ending)
    const after = charging.settle(tier, reservation, report, total)
    return total === used ? after : { ...after, actualCost: used.cost }
  }

  async function admitTogether(requests: readonly OperationRequest[]): Promise<readonly AdmissionResult[]> {
    const [first] = requests
    if (first === undefined) return []
    const current = policy()
    const tier = tierOf(current, first.client)
    if (tier === undefined) return requests.map(({ client }) => withoutTier(client))
    const priced = await Promise.all(requests.map((request) => price(current, tier, request)))
    const [weighed, ...others] = priced.filter((outcome) => outcome.kind === 'weighed')
    if (weighed === undefined) return priced.filter((outcome) => outcome.kind !== 'weighed')
    return takeEstimates(tier, weighed, others, (resultOf) =>
      priced.map((outcome) => (outcome.kind === 'weighed' ? resultOf(outcome) : outcome)),
    )
  }

  function admitThen<Result>(
    request: OperationRequest,
    next: (result: AdmissionResult) => NowOrLater<Result>,
  ): NowOrLater<Result> {
    const current = policy()
    const tier = tierOf(current, request.client)
    if (tier === undefined) return next(withoutTier(request.client))
    return andThen(price(current, tier, request), (priced) =>
      priced.kind === 'weighed' ? takeEstimates(tier, priced, [], (resultOf) => next(resultOf(priced))) : next(priced),
    )
  }

  return {
    chargeRequest,
    settle,
    inspect: operations.inspect,
    validate: operations.validate,
    deny(client) {
      const denied = requestDenials.recall(client, tierOf(policy(), client))
      if (denied === undefined) return undefined
      if (onBudgetEvent !== undefined) takeEvents(client.tier, [], denied).forEach(onBudgetEvent)
      return refused(denialRefusal(denied), { actualCost: 0, states: denied.states })
    },
    isFull: () => overload?.someWait() ?? false,
    turnAway(client) {
      const tier = tierOf(policy(), client)
      const shed = tier && overload?.closedTo(tier.priority)
      return shed && overloaded(shed)
    },
    tierOf: (client) => tierOf(policy(), client),
    async look(client) {
      const current = policy()
      const tier = tierOf(current, client)
      if (tier === undefined) return []
      const charges = requestCharges({ ...current, globalBudgets: [] }, tier, client)
      const nothing = charges.map((charge) => ({ ...charge, amount: 0 }))
      return statesOf(
        await store.take({ id: newId(), tenant: tenantOf(client), charges: nothing, ttlMs: NEVER_SETTLED_MS }),
      )
    },
    events: createEventCharging({ store, policy, newId, onSettleFailure, onBudgetEvent }),
    measure: ({ prepared, variables }, data) => prepared.plan.measure(data, variables),
    admitTogether,
    admit: (request) => admitThen(request, (result) => result),
    admitThen,
    arrive(ip, requests = 1) {
      const charges = [{ budget: policy().ipBudget, subject: ip, amount: requests }]
      const taken = charging.take('none', { tenant: `ip:${ip}`, charges, ttlMs: NEVER_SETTLED_MS })
      return andThen(taken, (result) => {
        if (!result.admitted) return refused(denialRefusal(result), { actualCost: 0, states: statesOf(result) })
        return result.delayMs > 0 ? wait(result.delayMs, undefined).then(() => undefined) : undefined
      })
    },
  }
}

/** What comes of one of the operations that were charged together. */
type ResultOf = (operation: Weighed) => AdmissionResult

/** An operation that is to run, with what it takes. */
interface Weighed extends PricedOperation {
  readonly kind: 'weighed'
  readonly request: OperationRequest
  readonly charges: readonly Charge[]
}

/** Those of a batch are served as one. Subscriptions take little of a server and are missed most: they go first. */
function seatFor({ priority }: Tier, batch: readonly Weighed[]): { readonly priority: number; readonly cost: number } {
  const subscribes = batch.some(({ prepared }) => prepared.operation.operation === OperationTypeNode.SUBSCRIPTION)
  const unknown = batch.some(({ request }) => request.known === false)
  return {
    // Documents that nobody has vouched for go with the tier below.
    priority: subscribes ? HIGHEST_PRIORITY : Math.max(0, unknown ? priority - 1 : priority),
    cost: batch.reduce((sum, { price }) => sum + price.estimate.cost, 0),
  }
}

const HIGHEST_PRIORITY = 9

function unused(cost: number): Used {
  return { cost, responseBytes: undefined }
}

function overloaded({ retryAfterMs }: Shed): Refusal {
  return refusal('OVERLOADED', { retryAfterMs })
}

function refused(refusal: Refusal, report: OperationReport): Refused {
  return { kind: 'refused', refusal, report }
}

function withoutTier(client: Client): Refused {
  return refused(noTier(client), NOTHING_CHARGED)
}

const NOTHING_CHARGED = { actualCost: 0, states: [] } as const satisfies OperationReport

function statesOf(result: TakeResult): OperationReport['states'] {
  return 'states' in result ? result.states : []
}

function longestDelayMs(charges: readonly Charge[]): number {
  let longestMs = 0
  for (const { budget } of charges) {
    if (budget.algorithm === 'leaky-bucket') longestMs = Math.max(longestMs, budget.maxDelayMs)
  }
  return longestMs
}
