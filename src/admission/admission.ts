import { type DocumentNode, type GraphQLSchema, getVariableValues } from 'graphql'
import type { Client } from '../accounts/client.ts'
import type { Budget } from '../budget/budget.ts'
import type { BudgetStore, Charge, Reservation, TakeResult } from '../budget/budget-store.ts'
import { CostPlanError } from '../cost/cost-plan-error.ts'
import type { Cost } from '../cost/evaluate/totals.ts'
import { type Refusal, refusal } from '../errors/refusal.ts'
import { affordable } from './affordable.ts'
import { amount, charges } from './charges.ts'
import type { PreparedOperation, PreparedOperations } from './prepared-operations.ts'
import { rateLimited } from './rate-limited.ts'
import { type OperationReport, type ReportMode, settled } from './report/operation-report.ts'
import type { Tier } from './tier.ts'

export interface AdmissionOptions {
  readonly schema: GraphQLSchema
  readonly operations: PreparedOperations
  readonly store: BudgetStore
  /** Counts requests by IP address, before anything is known of them. */
  readonly ipBudget: Budget
  readonly tiers: ReadonlyMap<string, Tier>
  /** A new, unguessable name for a reservation. */
  readonly newId: () => string
  /** Told of settles that failed: their estimates stay charged. */
  readonly onSettleFailure: (cause: unknown) => void
}

/** An operation that is valid by itself and wants to run. */
export interface OperationRequest {
  readonly client: Client
  readonly source: string
  readonly document: DocumentNode
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly mode: ReportMode
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

/** The answer to an operation that wants to run. */
export type AdmissionResult =
  | { readonly kind: 'admitted'; readonly admitted: AdmittedOperation; readonly report: OperationReport }
  | { readonly kind: 'validated'; readonly report: OperationReport }
  | Refused

/** An operation that has been charged its estimate and may run. */
export interface AdmittedOperation {
  readonly prepared: PreparedOperation
  readonly variables: Readonly<Record<string, unknown>>
  readonly reservation: Reservation
  readonly timeoutMs: number
}

/** The journey of an operation as far as it does not depend on how it came in: HTTP, WebSocket, somebody's own server. */
export interface Admission {
  /** Charges one request to an address. The first thing that happens to a request; undefined lets it pass. */
  arrive(ip: string): Promise<Refused | undefined>
  /** The guard's verdict on a document nobody has parsed yet; undefined lets it pass. */
  inspect(source: string): Refusal | undefined
  /** Prices an operation and charges the estimate to all of its client's budgets, or to none. */
  admit(request: OperationRequest): Promise<AdmissionResult>
  /** Charges one request, and no cost, for something that is refused or not executed. */
  chargeRequest(client: Client): Promise<RequestCharge>
  /** What a response cost. */
  measure(admitted: AdmittedOperation, data: unknown): Cost
  /** Replaces the estimate by what the response cost. Does not wait for the store. */
  settle(admitted: AdmittedOperation, report: OperationReport, actualCost: number): OperationReport
}

/** How much longer than its deadline an operation's reservation lives: a late settle still finds it. */
const RESERVATION_SLACK_MS = 30_000

/** The life of a reservation that nobody settles: what it charged is what it costs. */
const NEVER_SETTLED_MS = 0

export function createAdmission(options: AdmissionOptions): Admission {
  const { store, operations, schema, ipBudget } = options

  function tierOf(client: Client): Tier {
    const tier = options.tiers.get(client.tier)
    if (tier === undefined) throw new Error(`The client ${client.id} has the unknown tier "${client.tier}"`)
    return tier
  }

  function take(client: Client, tier: Tier, cost: number, ttlMs: number): Promise<TakeResult> {
    return store.take({
      id: options.newId(),
      tenant: hashTag(client),
      charges: charges(tier.budgets, client, { cost, requests: 1 }),
      ttlMs,
    })
  }

  async function chargeRequest(client: Client): Promise<RequestCharge> {
    const result = await take(client, tierOf(client), 0, NEVER_SETTLED_MS)
    const report = { actualCost: 0, states: statesOf(result) }
    return { report, denied: result.admitted ? undefined : rateLimited(result) }
  }

  /** Everything that can be said without the store: the price, or why there is none. */
  function price(request: OperationRequest, tier: Tier): Priced {
    try {
      return priceOf(request, tier)
    } catch (error) {
      if (error instanceof CostPlanError) {
        return { refusal: refusal('OPERATION_TOO_COMPLEX_TO_PRICE', { reason: error.message }) }
      }
      throw error
    }
  }

  function priceOf(request: OperationRequest, { maxCost, name }: Tier): Priced {
    const prepared = operations.prepare(request.source, request.document, request.operationName)
    if ('code' in prepared) return { refusal: prepared }
    const mistaken = variableMistakes(schema, prepared, request.variables)
    if (mistaken !== undefined) return { refusal: mistaken }
    const [violation] = prepared.plan.violations(request.variables)
    if (violation !== undefined) return { refusal: refusal('SLICING_ARGUMENT_REQUIRED', violation) }
    const explanation = request.mode === 'explain' ? prepared.plan.explain(request.variables) : undefined
    const estimate = explanation ?? prepared.plan.estimate(request.variables)
    const priced = { estimate, ...(explanation !== undefined && { rows: explanation.rows }) }
    if (estimate.unbounded || estimate.cost > maxCost) {
      const fits = estimate.unbounded ? undefined : affordable(prepared.plan, request.variables, maxCost)
      const { cost, unbounded } = estimate
      const facts = { estimated: cost, max: maxCost, tier: name, unbounded, affordable: fits }
      return { refusal: refusal('COST_ESTIMATED_TOO_EXPENSIVE', facts), priced }
    }
    return { prepared, priced }
  }

  return {
    chargeRequest,
    inspect: operations.inspect,
    async arrive(ip) {
      const charge: Charge = { budget: ipBudget, subject: ip, amount: amount(ipBudget, { cost: 0, requests: 1 }) }
      const id = options.newId()
      const result = await store.take({ id, tenant: `ip:${ip}`, charges: [charge], ttlMs: NEVER_SETTLED_MS })
      if (result.admitted) return undefined
      return { kind: 'refused', refusal: rateLimited(result), report: { actualCost: 0, states: statesOf(result) } }
    },
    async admit(request) {
      const { client, variables } = request
      const tier = tierOf(client)
      const { refusal, prepared, priced } = price(request, tier)
      if (prepared === undefined) {
        const { report, denied } = await chargeRequest(client)
        return { kind: 'refused', refusal: denied ?? refusal, report: { ...priced, ...report } }
      }
      if (request.mode === 'validate') {
        const { report, denied } = await chargeRequest(client)
        if (denied !== undefined) return { kind: 'refused', refusal: denied, report: { ...priced, ...report } }
        return { kind: 'validated', report: { ...priced, states: report.states } }
      }
      const result = await take(client, tier, priced.estimate.cost, tier.timeoutMs + RESERVATION_SLACK_MS)
      const report = { ...priced, states: statesOf(result) }
      if (!result.admitted) {
        const denied = rateLimited(result, (maxCost) => affordable(prepared.plan, variables, maxCost))
        return { kind: 'refused', refusal: denied, report: { ...report, actualCost: 0 } }
      }
      const { reservation } = result
      return { kind: 'admitted', admitted: { prepared, variables, reservation, timeoutMs: tier.timeoutMs }, report }
    },
    measure: ({ prepared, variables }, data) => prepared.plan.measure(data, variables),
    settle({ reservation }, report, actualCost) {
      const actual = reservation.charges.map(({ budget }) => amount(budget, { cost: actualCost, requests: 1 }))
      // Off the response path: a settle that is lost keeps the estimate charged, which the store accounts for.
      store.settle(reservation, actual).catch(options.onSettleFailure)
      return settled(report, actualCost)
    },
  }
}

type Price = Required<Pick<OperationReport, 'estimate'>> & Pick<OperationReport, 'rows'>

type Priced =
  | { readonly refusal: Refusal; readonly prepared?: undefined; readonly priced?: Price }
  | { readonly refusal?: undefined; readonly prepared: PreparedOperation; readonly priced: Price }

// Anonymous clients share a tenant but nothing else, so each has a place of its own in the store.
function hashTag(client: Client): string {
  return client.anonymous ? client.id : client.tenant
}

function statesOf(result: TakeResult): OperationReport['states'] {
  return 'states' in result ? result.states : []
}

function variableMistakes(
  schema: GraphQLSchema,
  { operation }: PreparedOperation,
  variables: Readonly<Record<string, unknown>>,
): Refusal | undefined {
  const definitions = operation.variableDefinitions ?? []
  if (definitions.length === 0) return undefined
  const { errors } = getVariableValues(schema, definitions, variables, { maxErrors: 10 })
  if (errors === undefined) return undefined
  return refusal('BAD_USER_INPUT', { mistakes: errors.map((error) => error.message) })
}
