import type { CompiledField, CompiledOperation, CompiledSelection, SlicedField } from '../compile/compiled-operation.ts'
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
  let guarded: ReadonlySet<CompiledSelection> | undefined
  return (variables: Variables): readonly SlicingViolation[] => {
    guarded ??= guardedSelections(operation)
    if (!guarded.has(operation.root)) return []
    const found = new Map<SlicedField, SlicingViolation>()
    const visited = new Set<CompiledSelection>()
    const open = [operation.root]
    for (let selection = open.pop(); selection !== undefined; selection = open.pop()) {
      if (visited.has(selection)) continue
      visited.add(selection)
      for (const field of fieldsOf(selection)) {
        if (field.selectedWhen !== undefined && !field.selectedWhen(variables)) continue
        for (const sliced of field.joined ?? [field]) {
          if (requiresOne(sliced) && !oneApplies(sliced.slices, variables))
            found.set(sliced, violation(sliced, variables))
        }
        if (field.children !== undefined && guarded.has(field.children)) open.push(field.children)
      }
    }
    return [...found.values()]
  }
}

// Children come first, so a parent already knows whether anything below it can be violated.
function guardedSelections({ selections }: CompiledOperation): ReadonlySet<CompiledSelection> {
  const guarded = new Set<CompiledSelection>()
  for (const selection of selections) {
    const isGuarded = selection.alternatives.some(({ fields }) =>
      fields.some(
        (field) =>
          (field.joined ?? [field]).some(requiresOne) || (field.children !== undefined && guarded.has(field.children)),
      ),
    )
    if (isGuarded) guarded.add(selection)
  }
  return guarded
}

function fieldsOf({ alternatives }: CompiledSelection): readonly CompiledField[] {
  return alternatives.flatMap(({ fields }) => fields)
}

function requiresOne({ cost, slices }: SlicedField): boolean {
  return cost.listSize?.requireOneSlicingArgument === true && slices.length > 0
}

// Exactly one given by the client; or none given and exactly one that has a default.
function oneApplies(slices: readonly Slice[], variables: Variables): boolean {
  const given = slices.filter((slice) => slice.isGiven(variables)).length
  if (given > 0) return given === 1
  return slices.filter((slice) => evaluate(slice.size.size, variables) !== NO_SIZE).length === 1
}

function violation({ cost, slices }: SlicedField, variables: Variables): SlicingViolation {
  return {
    coordinate: cost.coordinate,
    allowed: slices.map(({ path }) => path),
    found: slices.filter((slice) => slice.isGiven(variables)).map(({ path }) => path),
  }
}
