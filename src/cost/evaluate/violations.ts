import type { CompiledField, CompiledOperation, CompiledSelection } from '../compile/compiled-operation.ts'
import type { Variables } from '../compile/expression.ts'
import { evaluate } from '../compile/expression.ts'
import type { Slice } from '../compile/list-size.ts'
import { NO_SIZE } from '../compile/list-size.ts'

/** A list that needs exactly one slicing argument and was given none, or several. */
export interface SlicingViolation {
  readonly coordinate: string
  /** The slicing arguments the field has. */
  readonly allowed: readonly string[]
  /** Those of them that were given. */
  readonly found: readonly string[]
}

/** Makes the function that finds the fields whose `requireOneSlicingArgument` is not met. A default value meets it. */
export function createViolations(operation: CompiledOperation) {
  const guarded = new Set<CompiledSelection>()
  // Children come first, so a parent already knows whether anything below it can be violated.
  for (const selection of operation.selections) {
    if (fieldsOf(selection).some((field) => requiresOne(field) || hasGuarded(field, guarded))) guarded.add(selection)
  }

  return (variables: Variables): readonly SlicingViolation[] => {
    if (!guarded.has(operation.root)) return []
    const found = new Map<CompiledField, SlicingViolation>()
    const visited = new Set<CompiledSelection>()
    const open = [operation.root]
    for (let selection = open.pop(); selection !== undefined; selection = open.pop()) {
      if (visited.has(selection)) continue
      visited.add(selection)
      for (const field of fieldsOf(selection)) {
        if (field.selectedWhen !== undefined && !field.selectedWhen(variables)) continue
        if (requiresOne(field) && !oneApplies(field.slices, variables)) found.set(field, violation(field, variables))
        if (field.children !== undefined && guarded.has(field.children)) open.push(field.children)
      }
    }
    return [...found.values()]
  }
}

function fieldsOf({ alternatives }: CompiledSelection): readonly CompiledField[] {
  return alternatives.flatMap(({ fields }) => fields)
}

function hasGuarded({ children }: CompiledField, guarded: ReadonlySet<CompiledSelection>): boolean {
  return children !== undefined && guarded.has(children)
}

function requiresOne({ cost, slices }: CompiledField): boolean {
  return cost.listSize?.requireOneSlicingArgument === true && slices.length > 0
}

// Exactly one given by the client; or none given and exactly one that has a default.
function oneApplies(slices: readonly Slice[], variables: Variables): boolean {
  const given = slices.filter((slice) => slice.isGiven(variables)).length
  if (given > 0) return given === 1
  return slices.filter((slice) => evaluate(slice.size, variables) !== NO_SIZE).length === 1
}

function violation({ cost, slices }: CompiledField, variables: Variables): SlicingViolation {
  return {
    coordinate: cost.coordinate,
    allowed: slices.map(({ path }) => path),
    found: slices.filter((slice) => slice.isGiven(variables)).map(({ path }) => path),
  }
}
