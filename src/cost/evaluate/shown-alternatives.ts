import type { CompiledAlternative, CompiledField, CompiledSelection } from '../compile/compiled-operation.ts'
import type { Variables } from '../compile/expression.ts'
import { alternativeFieldCost, alternativeTypeCost, type SelectionTotals } from './estimate.ts'

/**
 * What an explanation shows of each selection: under an abstract type the dearest alternative of each total. Selections
 * are looked at once, however many response paths lead to them.
 */
export class ShownAlternatives {
  private readonly variables: Variables
  private readonly totals: SelectionTotals
  private readonly byField = new Map<CompiledSelection, CompiledAlternative>()
  private readonly byType = new Map<CompiledSelection, CompiledAlternative>()
  private readonly costly = new Map<CompiledAlternative, readonly CompiledField[]>()

  constructor(variables: Variables, totals: SelectionTotals) {
    this.variables = variables
    this.totals = totals
  }

  dearestInFieldCost(selection: CompiledSelection): CompiledAlternative {
    return remembered(this.byField, selection, () =>
      dearest(selection, (alternative) => alternativeFieldCost(alternative, this.variables, this.totals)),
    )
  }

  dearestInTypeCost(selection: CompiledSelection): CompiledAlternative {
    return remembered(this.byType, selection, () =>
      dearest(selection, (alternative) => alternativeTypeCost(alternative, this.variables, this.totals)),
    )
  }

  /** The fields that can cost something: the others get no row. */
  costlyFields(alternative: CompiledAlternative): readonly CompiledField[] {
    return remembered(this.costly, alternative, () => alternative.fields.filter((field) => !isFree(field)))
  }
}

function isFree({ children, call, cost, slices }: CompiledField): boolean {
  return children === undefined && call === 0 && cost.typeWeight === 0 && slices.length === 0
}

function dearest(
  { alternatives }: CompiledSelection,
  price: (alternative: CompiledAlternative) => number,
): CompiledAlternative {
  const [first, ...others] = alternatives
  if (others.length === 0) return first
  let best = { alternative: first, cost: price(first) }
  for (const alternative of others) {
    const cost = price(alternative)
    if (cost > best.cost) best = { alternative, cost }
  }
  return best.alternative
}

function remembered<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const found = known.get(key) ?? make()
  known.set(key, found)
  return found
}
