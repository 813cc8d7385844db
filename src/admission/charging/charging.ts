import type { BudgetStore, Reservation, TakeRequest, TakeResult } from '../../budget/budget-store.ts'
import { andThen, type NowOrLater } from '../../execution/now-or-later.ts'
import { type OperationReport, settled } from '../report/operation-report.ts'
import { type BudgetObserver, settleEvents, takeEvents } from './budget-event.ts'
import { settledAmount, type Used } from './charges.ts'

export interface ChargingOptions {
  readonly store: BudgetStore
  /** A new, unguessable name for a reservation. */
  readonly newId: () => string
  /** Told of settles and cancels that failed: what they would have given back stays charged. */
  readonly onSettleFailure: (cause: unknown) => void
  /** Told of denials, and of soft thresholds that are passed. */
  readonly onBudgetEvent?: BudgetObserver | undefined
}

/** What is taken from budgets and given back, with whoever watches told of it. */
export interface Charging {
  /** @param tier that of the client, for those who watch */
  take(tier: string, request: Pick<TakeRequest, 'tenant' | 'charges' | 'ttlMs' | 'heldMs'>): NowOrLater<TakeResult>
  /** Replaces what was taken by what was used, off the path of the answer. `report` is what was known before. */
  settle(tier: string, reservation: Reservation, report: OperationReport, used: Used): OperationReport
}

export function createCharging({ store, newId, onSettleFailure, onBudgetEvent }: ChargingOptions): Charging {
  /** One that is lost keeps the estimate charged, which the store accounts for. */
  function giveBack(reservation: Reservation, actual: readonly number[]): void {
    try {
      if (store.settleNow?.(reservation, actual) !== true) store.settle(reservation, actual).catch(onSettleFailure)
    } catch (error) {
      onSettleFailure(error)
    }
  }

  return {
    take(tier, { tenant, charges, ttlMs, heldMs }) {
      const request = { id: newId(), isOnly: true, tenant, charges, ttlMs, heldMs }
      const result = store.takeNow?.(request) ?? store.take(request)
      if (onBudgetEvent === undefined) return result
      return andThen(result, (taken) => {
        for (const event of takeEvents(tier, charges, taken)) onBudgetEvent(event)
        return taken
      })
    },
    settle(tier, reservation, report, used) {
      const { charges } = reservation
      giveBack(
        reservation,
        charges.map((charge) => settledAmount(charge, used)),
      )
      const after = settled(report, charges, used)
      if (onBudgetEvent !== undefined) {
        for (const event of settleEvents(tier, report.states, after.states)) onBudgetEvent(event)
      }
      return after
    },
  }
}
