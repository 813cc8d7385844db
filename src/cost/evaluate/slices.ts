import type { CompiledField, CompiledOperation, CompiledSelection } from '../compile/compiled-operation.ts'
import { evaluate, type Variables } from '../compile/expression.ts'
import { NO_SIZE, type Slice, type SliceSource } from '../compile/list-size.ts'
import type { CostSettings } from '../cost-options.ts'
import type { DetailedOperation } from './detailed-operation.ts'
import { count, fieldCostOf, type SelectionTotals, typeCostOf } from './estimate.ts'
import { saturate, times } from './totals.ts'

/** A number in an operation by which the client can make it cost less. */
export interface SlicingValue {
  /** The response path of the field. */
  readonly path: string
  /** The argument, or the path into its value: with the response path, what `largest` takes. */
  readonly argument: string
  /** What it asks for now, defaults applied; undefined where it is omitted or null. */
  readonly value: number | undefined
  /** The variable that it comes from; undefined where it stands, or would stand, in the document. */
  readonly variable: string | undefined
}

/** A slicing argument whose number can be varied. */
export interface VariableSlice extends Slice {
  readonly source: SliceSource
}

/** The slicing arguments of a field whose numbers can be varied. */
export function variableSlices({ slices, joined }: CompiledField): readonly VariableSlice[] {
  if (slices.length === 0 && joined === undefined) return []
  const all = joined === undefined ? slices : joined.flatMap((field) => field.slices)
  return all.flatMap((slice) => (slice.source === undefined ? [] : [{ ...slice, source: slice.source }]))
}

/** How many are answered, and how many response paths are looked at: merged fragments can have exponentially many. */
const MAX_SLICES = 100
const MAX_PATHS = 5_000

/** Makes the function that finds the slicing arguments of an operation, those that multiply most first. */
export function createSlices(detailed: () => DetailedOperation) {
  let sliced: SlicedSelections | undefined
  return (variables: Variables): readonly SlicingValue[] => {
    const { operation, estimator, settings } = detailed()
    sliced ??= slicedSelections(operation)
    const totals = estimator.selectionTotals(variables)
    const finder = new SliceFinder(variables, totals, settings, sliced)
    finder.visit(operation.root, '', 1)
    return [...finder.found.values()]
      .sort((a, b) => b.cost - a.cost)
      .slice(0, MAX_SLICES)
      .map(({ slice }) => slice)
  }
}

interface Found {
  readonly slice: SlicingValue
  /** What the field comes to, with everything that is multiplied. */
  readonly cost: number
}

class SliceFinder {
  readonly found = new Map<string, Found>()
  private paths = 0
  private readonly variables: Variables
  private readonly totals: SelectionTotals
  private readonly settings: CostSettings
  private readonly sliced: SlicedSelections

  constructor(variables: Variables, totals: SelectionTotals, settings: CostSettings, sliced: SlicedSelections) {
    this.variables = variables
    this.totals = totals
    this.settings = settings
    this.sliced = sliced
  }

  visit(selection: CompiledSelection, parentPath: string, instances: number): void {
    const { variables, found } = this
    for (const { field, slices } of this.sliced.get(selection) ?? []) {
      if (field.selectedWhen !== undefined && !field.selectedWhen(variables)) continue
      if (this.paths >= MAX_PATHS) return
      this.paths += 1
      const path = parentPath === '' ? field.responseName : `${parentPath}.${field.responseName}`
      const cost = this.cost(field, instances)
      for (const slice of slices) {
        const key = `${path}.${slice.path}`
        const known = found.get(key)
        if (known === undefined || known.cost < cost) {
          found.set(key, { slice: slicingValue(path, slice, variables), cost })
        }
      }
      if (field.children !== undefined) this.visit(field.children, path, times(instances, count(field.size, variables)))
    }
  }

  private cost(field: CompiledField, instances: number): number {
    const { charge } = this.settings
    const fieldCost = times(charge.field, fieldCostOf(field, this.variables, this.totals))
    const typeCost = times(charge.type, typeCostOf(field, this.variables, this.totals))
    return saturate(times(instances, fieldCost + typeCost))
  }
}

function slicingValue(
  path: string,
  { path: argument, size, source }: VariableSlice,
  variables: Variables,
): SlicingValue {
  const value = evaluate(size.size, variables)
  return {
    path,
    argument,
    value: value === NO_SIZE ? undefined : value,
    variable: 'variable' in source ? source.variable : undefined,
  }
}

/** The fields that can be varied, or have some inside, by selection. */
type SlicedSelections = ReadonlyMap<CompiledSelection, readonly SlicedField[]>

interface SlicedField {
  readonly field: CompiledField
  readonly slices: readonly VariableSlice[]
}

// Children stand before their parents, so a parent already knows whether anything below it can be varied.
function slicedSelections({ selections }: CompiledOperation): SlicedSelections {
  const sliced = new Map<CompiledSelection, readonly SlicedField[]>()
  for (const selection of selections) {
    const fields: SlicedField[] = []
    for (const field of selection.alternatives.flatMap((alternative) => alternative.fields)) {
      const slices = variableSlices(field)
      if (slices.length > 0 || (field.children !== undefined && sliced.has(field.children))) {
        fields.push({ field, slices })
      }
    }
    if (fields.length > 0) sliced.set(selection, fields)
  }
  return sliced
}
