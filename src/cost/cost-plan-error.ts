/** How deep selections, fragments and input values may nest: pricing them recurses once a level. */
export const MAX_NESTING = 500

/** Why an operation cannot be priced. */
export type CostPlanErrorReason =
  | 'OPERATION_NOT_FOUND'
  | 'FRAGMENT_CYCLE'
  | 'PLAN_TOO_LARGE'
  | 'SELECTION_TOO_DEEP'
  | 'INPUT_TOO_DEEP'

/** Thrown by `model.plan()` and `plan.estimate()` for operations past the engine's stated bounds. */
export class CostPlanError extends Error {
  readonly reason: CostPlanErrorReason

  private constructor(reason: CostPlanErrorReason, message: string) {
    super(message)
    this.name = 'CostPlanError'
    this.reason = reason
  }

  static operationNotFound(name: string | undefined, available: readonly string[]): CostPlanError {
    const found = name === undefined ? 'no operation was named' : `no operation is named "${name}"`
    const allowed = available.length === 0 ? 'it has no operation' : `it has ${available.join(', ')}`
    return new CostPlanError(
      'OPERATION_NOT_FOUND',
      `Cannot choose an operation of this document: ${found}; ${allowed}.`,
    )
  }

  static fragmentCycle(name: string): CostPlanError {
    return new CostPlanError(
      'FRAGMENT_CYCLE',
      `Fragment "${name}" spreads itself. Remove the spread that closes the cycle.`,
    )
  }

  static planTooLarge(bound: string): CostPlanError {
    return new CostPlanError(
      'PLAN_TOO_LARGE',
      `This operation expands to more than ${bound}, too many to price. Split it into smaller operations.`,
    )
  }

  static selectionTooDeep(): CostPlanError {
    return new CostPlanError('SELECTION_TOO_DEEP', `This operation nests deeper than ${MAX_NESTING} levels. Nest less.`)
  }

  static inputTooDeep(): CostPlanError {
    return new CostPlanError('INPUT_TOO_DEEP', `An input value nests deeper than ${MAX_NESTING} levels. Nest less.`)
  }
}
