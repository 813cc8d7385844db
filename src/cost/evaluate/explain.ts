import type { CompiledField, CompiledOperation, CompiledSelection } from '../compile/compiled-operation.ts'
import { evaluate, type Variables } from '../compile/expression.ts'
import { NO_SIZE } from '../compile/list-size.ts'
import type { CostSettings } from '../cost-options.ts'
import type { WeightSource } from '../schema/schema-costs.ts'
import { type CostCounts, countOperation } from './counts.ts'
import type { DetailedOperation } from './detailed-operation.ts'
import { count, type Estimator, fieldCostOf, type SelectionTotals, typeCostOf } from './estimate.ts'
import { ShownAlternatives } from './shown-alternatives.ts'
import { type Cost, saturate, times } from './totals.ts'

/** What one response path adds to the totals. */
export interface CostRow {
  /** Response names joined by dots; the empty path is the operation itself. */
  readonly path: string
  /** The schema coordinate, `Type.field`; the root type for the operation itself. */
  readonly coordinate: string
  /** How many of it there are at most, over the whole response. */
  readonly instances: number
  /** Where the number of items comes from; undefined for a field that is no list. */
  readonly sizeFrom: string | undefined
  /** Where the weight of the field comes from; for the operation itself, that of the root type. */
  readonly weightFrom: WeightSource
  /** By itself, all instances together. The rows' `own` add up to the totals. */
  readonly own: Totals
  /** With everything selected inside it. */
  readonly total: Totals
}

export interface Totals {
  readonly fieldCost: number
  readonly typeCost: number
}

/** An estimate with the rows that it is made of. */
export interface CostExplanation extends Cost {
  readonly rows: readonly CostRow[]
  /** True where there are more paths than rows are kept: their cost then stands in the `own` of a row above them. */
  readonly truncated: boolean
  readonly counts: CostCounts
}

/** Paths past which no further row is made: merged fragments can have exponentially many. */
const MAX_ROWS = 5_000

/** Makes the function that explains an estimate. `estimator` is the plan's own, whose numbers it explains. */
export function createExplain(detailed: () => DetailedOperation, estimator: Estimator) {
  return (variables: Variables): CostExplanation => {
    const cost = estimator.estimate(variables)
    const known = detailed()
    const totals = known.estimator.selectionTotals(variables)
    const shown = new ShownAlternatives(variables, totals)
    const writer = new RowWriter(known.settings, variables, totals, shown)
    writer.operation(known.operation, cost)
    const counts = countOperation(known, variables, shown)
    return { ...cost, rows: writer.rows, truncated: writer.truncated, counts }
  }
}

/** Which of the two totals a row takes part in: under an abstract type each total has its own dearest alternative. */
interface Share {
  readonly instances: number
  readonly field: boolean
  readonly type: boolean
}

class RowWriter {
  readonly rows: CostRow[] = []
  truncated = false
  private readonly settings: CostSettings
  private readonly variables: Variables
  private readonly totals: SelectionTotals
  private readonly shown: ShownAlternatives

  constructor(settings: CostSettings, variables: Variables, totals: SelectionTotals, shown: ShownAlternatives) {
    this.settings = settings
    this.variables = variables
    this.totals = totals
    this.shown = shown
  }

  operation({ root, rootTypeName, rootWeightSource }: CompiledOperation, { fieldCost, typeCost }: Cost): void {
    const total = { fieldCost, typeCost }
    this.row(
      { path: '', coordinate: rootTypeName, instances: 1, sizeFrom: undefined, weightFrom: rootWeightSource, total },
      () => this.selection(root, '', { instances: 1, field: true, type: true }),
    )
  }

  // A row's own part is its total less the totals of its children, so that clamped sums still add up. Where the children
  // are endless that leaves nothing.
  private row(row: Omit<CostRow, 'own'>, children: () => Totals): Totals {
    if (this.rows.length >= MAX_ROWS) {
      this.truncated = true
      return NOTHING
    }
    const total = finite(row.total)
    const known = { ...row, instances: saturate(row.instances), total }
    const position = this.rows.push({ ...known, own: total }) - 1
    const below = finite(children())
    const own = { fieldCost: total.fieldCost - below.fieldCost, typeCost: total.typeCost - below.typeCost }
    this.rows[position] = { ...known, own }
    return row.total
  }

  private selection(selection: CompiledSelection, path: string, share: Share): Totals {
    const byField = this.shown.dearestInFieldCost(selection)
    const byType = this.shown.dearestInTypeCost(selection)
    const below = { fieldCost: 0, typeCost: 0 }
    for (const alternative of new Set([byField, byType])) {
      const part = {
        ...share,
        field: share.field && alternative === byField,
        type: share.type && alternative === byType,
      }
      if (!part.field && !part.type) continue
      for (const field of this.shown.costlyFields(alternative)) {
        const total = this.field(field, path, part)
        below.fieldCost += total.fieldCost
        below.typeCost += total.typeCost
      }
    }
    return below
  }

  private field(field: CompiledField, parentPath: string, share: Share): Totals {
    const { variables, totals } = this
    if (field.selectedWhen !== undefined && !field.selectedWhen(variables)) return NOTHING
    const path = parentPath === '' ? field.responseName : `${parentPath}.${field.responseName}`
    const instances = times(share.instances, count(field.size, variables))
    const total = {
      fieldCost: share.field ? times(share.instances, fieldCostOf(field, variables, totals)) : 0,
      typeCost: share.type ? times(share.instances, typeCostOf(field, variables, totals)) : 0,
    }
    return this.row(
      {
        path,
        coordinate: field.cost.coordinate,
        instances,
        sizeFrom: this.sizeFrom(field),
        weightFrom: field.cost.weightSource,
        total,
      },
      () => this.below(field, path, { ...share, instances }, total),
    )
  }

  // Children whose sum a negative weight clamps to nothing have no part in the total: they get no rows.
  private below(field: CompiledField, path: string, share: Share, total: Totals): Totals {
    if (field.children === undefined) return NOTHING
    const type = share.type && total.typeCost > 0
    return this.selection(field.children, path, { ...share, type })
  }

  private sizeFrom({ sizeSource, slices }: CompiledField): string | undefined {
    if (sizeSource === undefined) return undefined
    const inherited = sizeSource.inherited.find((handed) => evaluate(handed.size.size, this.variables) !== NO_SIZE)
    if (inherited !== undefined) return `sizedFields of ${inherited.from}`
    const size = evaluate(sizeSource.slicing, this.variables)
    if (size !== NO_SIZE) {
      const slice = slices.find((candidate) => evaluate(candidate.size.size, this.variables) === size)
      return `argument ${slice?.path}${slice?.isGiven(this.variables) === false ? ' (default)' : ''}`
    }
    return sizeSource.assumedSize === undefined ? `defaultListSize (${this.settings.defaultListSize})` : 'assumedSize'
  }
}

const NOTHING: Totals = { fieldCost: 0, typeCost: 0 }

function finite({ fieldCost, typeCost }: Totals): Totals {
  return { fieldCost: saturate(fieldCost), typeCost: saturate(typeCost) }
}
