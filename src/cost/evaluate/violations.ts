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
  let guarded: GuardedSelections | undefined
  return (variables: Variables): readonly SlicingViolation[] => {
    guarded ??= guardedSelections(operation)
    const root = guarded.get(operation.root)
    return root === undefined ? NONE : violationsIn(root, variables)
  }
}

const NONE: readonly SlicingViolation[] = []

function violationsIn(root: readonly GuardedField[], variables: Variables): readonly SlicingViolation[] {
  let found: Map<SlicedField, SlicingViolation> | undefined
  const visited = new Set<readonly GuardedField[]>()
  const open = [root]
  for (let fields = open.pop(); fields !== undefined; fields = open.pop()) {
    if (visited.has(fields)) continue
    visited.add(fields)
    for (const { selectedWhen, requireOne, children } of fields) {
      if (selectedWhen !== undefined && !selectedWhen(variables)) continue
      for (const sliced of requireOne) {
        if (oneApplies(sliced.slices, variables)) continue
        found ??= new Map()
        found.set(sliced, violation(sliced, variables))
      }
      if (children !== undefined) open.push(children)
    }
  }
  return found === undefined ? NONE : [...found.values()]
}

/** What a visit of an operation looks at, worked out once: those selections alone that can be violated, or hold some. */
type GuardedSelections = ReadonlyMap<CompiledSelection, readonly GuardedField[]>

interface GuardedField extends Pick<CompiledField, 'selectedWhen'> {
  readonly requireOne: readonly SlicedField[]
  readonly children: readonly GuardedField[] | undefined
}

// Children come first, so a parent already knows whether anything below it can be violated.
function guardedSelections({ selections }: CompiledOperation): GuardedSelections {
  const guarded = new Map<CompiledSelection, readonly GuardedField[]>()
  for (const selection of selections) {
    const fields = selection.alternatives
      .flatMap((alternative) => alternative.fields)
      .map((field) => ({
        selectedWhen: field.selectedWhen,
        requireOne: (field.joined ?? [field]).filter(requiresOne),
        children: field.children && guarded.get(field.children),
      }))
      .filter(({ requireOne, children }) => requireOne.length > 0 || children !== undefined)
    if (fields.length > 0) guarded.set(selection, fields)
  }
  return guarded
}

function requiresOne({ cost, slices }: SlicedField): boolean {
  return cost.listSize?.requireOneSlicingArgument === true && slices.length > 0
}

// Exactly one given by the client; or none given and exactly one that has a default.
function oneApplies(slices: readonly Slice[], variables: Variables): boolean {
  const given = countOf(slices, (slice) => slice.isGiven(variables))
  if (given > 0) return given === 1
  return countOf(slices, (slice) => evaluate(slice.size.size, variables) !== NO_SIZE) === 1
}

function countOf(slices: readonly Slice[], applies: (slice: Slice) => boolean): number {
  let count = 0
  for (const slice of slices) if (applies(slice)) count += 1
  return count
}

function violation({ cost, slices }: SlicedField, variables: Variables): SlicingViolation {
  return {
    coordinate: cost.coordinate,
    allowed: slices.map(({ path }) => path),
    found: slices.filter((slice) => slice.isGiven(variables)).map(({ path }) => path),
  }
}
