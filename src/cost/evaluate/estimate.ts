import type {
  CompiledAlternative,
  CompiledField,
  CompiledOperation,
  CompiledSelection,
} from '../compile/compiled-operation.ts'
import { type Expression, evaluate, type Variables } from '../compile/expression.ts'
import type { CostSettings } from '../cost-options.ts'
import { type Cost, times, toCost } from './totals.ts'

/** The totals of every selection of an operation for one set of variables, by `CompiledSelection.index`. */
export interface SelectionTotals {
  readonly field: Float64Array
  readonly type: Float64Array
}

export type Estimator = ReturnType<typeof createEstimator>

/**
 * Makes the function that estimates an operation. Selections that depend on no variable are computed here, once; each
 * call visits the others in order, without recursion and without allocating more than its answer.
 */
export function createEstimator(settings: CostSettings, operation: CompiledOperation) {
  const totals: SelectionTotals = {
    field: new Float64Array(operation.selections.length),
    type: new Float64Array(operation.selections.length),
  }
  const constant = new Uint8Array(operation.selections.length)
  const dynamic: CompiledSelection[] = []
  for (const selection of operation.selections) {
    if (isConstant(selection, constant)) {
      constant[selection.index] = 1
      evaluateSelection(selection, {}, totals)
    } else dynamic.push(selection)
  }

  /** Totals of all selections. The arrays are reused by the next call. */
  function selectionTotals(variables: Variables): SelectionTotals {
    for (const selection of dynamic) evaluateSelection(selection, variables, totals)
    return totals
  }

  function estimate(variables: Variables): Cost {
    selectionTotals(variables)
    const root = operation.root.index
    const fieldTotal = totals.field[root] ?? 0
    return toCost(settings, fieldTotal, operation.rootTypeWeight + (totals.type[root] ?? 0))
  }

  return { estimate, selectionTotals }
}

// Just one of the alternatives happens to an object, so the dearest is charged: for each total by itself.
function evaluateSelection(selection: CompiledSelection, variables: Variables, totals: SelectionTotals): void {
  let field = 0
  let type = 0
  for (const alternative of selection.alternatives) {
    field = Math.max(field, alternativeFieldCost(alternative, variables, totals))
    type = Math.max(type, alternativeTypeCost(alternative, variables, totals))
  }
  totals.field[selection.index] = field
  totals.type[selection.index] = type
}

export function alternativeFieldCost(
  { fields }: CompiledAlternative,
  variables: Variables,
  totals: SelectionTotals,
): number {
  let total = 0
  for (const field of fields) total += fieldCostOf(field, variables, totals)
  return total
}

export function alternativeTypeCost(
  { fields }: CompiledAlternative,
  variables: Variables,
  totals: SelectionTotals,
): number {
  let total = 0
  for (const field of fields) total += typeCostOf(field, variables, totals)
  return total
}

/** The field cost of one field with everything inside it, once called; 0 where it is not selected. */
export function fieldCostOf(
  { selectedWhen, call, size, children }: CompiledField,
  variables: Variables,
  totals: SelectionTotals,
): number {
  if (selectedWhen !== undefined && !selectedWhen(variables)) return 0
  const own = evaluate(call, variables)
  return children === undefined ? own : own + times(count(size, variables), totals.field[children.index] ?? 0)
}

/** The same for the type cost. */
export function typeCostOf(
  { selectedWhen, size, children, cost }: CompiledField,
  variables: Variables,
  totals: SelectionTotals,
): number {
  if (selectedWhen !== undefined && !selectedWhen(variables)) return 0
  const inside = children === undefined ? 0 : (totals.type[children.index] ?? 0)
  return Math.max(0, times(count(size, variables), cost.typeWeight + inside))
}

/** How many items a field returns; a field that is no list counts once. */
export function count(size: Expression | undefined, variables: Variables): number {
  return size === undefined ? 1 : evaluate(size, variables)
}

function isConstant({ alternatives }: CompiledSelection, constant: Uint8Array): boolean {
  for (const { fields } of alternatives) {
    for (const { selectedWhen, call, size, children } of fields) {
      if (selectedWhen !== undefined || typeof call !== 'number' || typeof size === 'function') return false
      if (children !== undefined && constant[children.index] !== 1) return false
    }
  }
  return true
}
