import type { CompiledSelection } from '../compile/compiled-operation.ts'
import type { Variables } from '../compile/expression.ts'
import type { DetailedOperation } from './detailed-operation.ts'
import type { Estimator } from './estimate.ts'
import { type VariableSlice, variableSlices } from './slices.ts'

/** GraphQL's Int goes no further. */
const MAX_INT = 2 ** 31 - 1

/**
 * Makes the function that finds the largest value of a slicing argument that costs at most so much. An estimate never
 * falls when a list grows: each call, and the types of each list, stop at 0 below. So halving finds the exact answer,
 * negative weights or not.
 */
export function createLargest(detailed: () => DetailedOperation, estimator: Estimator) {
  return (argumentPath: string, maxCost: number, variables: Variables): number | undefined => {
    const operation = detailed()
    const slice = findSlice(operation.operation.root, argumentPath, variables)
    if (slice === undefined) return undefined
    const costWith = costBySize(operation, estimator, slice, variables)
    if (costWith === undefined) return undefined
    const fits = (size: number) => costWith(size) <= maxCost
    if (!fits(0)) return undefined
    if (fits(MAX_INT)) return MAX_INT
    let known = 0
    let over = 1
    while (over < MAX_INT && fits(over)) {
      known = over
      over = Math.min(over * 2, MAX_INT)
    }
    while (over - known > 1) {
      const middle = Math.floor((known + over) / 2)
      if (fits(middle)) known = middle
      else over = middle
    }
    return known
  }
}

/** The estimated cost as a function of one size; undefined where the client's variables have no place for it. */
function costBySize(
  { asked, estimator: detailedEstimator, variables: known }: DetailedOperation,
  estimator: Estimator,
  { node, path, source }: VariableSlice,
  variables: Variables,
): ((size: number) => number) | undefined {
  if (!('variable' in source)) {
    return (size) => asked.while(node, path, size, () => detailedEstimator.estimate(variables).cost)
  }
  const { variable, inside } = source
  const value = known.read(variable, variables)
  if (!hasPlace(value, inside)) return undefined
  return (size) => estimator.estimate({ ...variables, [variable]: replaced(value, inside, size) }).cost
}

function hasPlace(value: unknown, inside: readonly string[]): boolean {
  const [name, ...rest] = inside
  if (name === undefined) return true
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return rest.length === 0 || hasPlace(Reflect.get(value, name), rest)
}

function replaced(value: unknown, inside: readonly string[], size: number): unknown {
  const [name, ...rest] = inside
  if (name === undefined || typeof value !== 'object' || value === null) return size
  return { ...value, [name]: replaced(Reflect.get(value, name), rest, size) }
}

// The path is followed as it is written. Response names have no dots, so it can be read in one way alone; a selection
// that several types lead to is looked at once for each place in the path.
function findSlice(root: CompiledSelection, argumentPath: string, variables: Variables): VariableSlice | undefined {
  const visited = new Set<string>()

  function visit(selection: CompiledSelection, path: string): VariableSlice | undefined {
    const dot = path.indexOf('.')
    const key = `${selection.index} ${path.length}`
    if (dot === -1 || visited.has(key)) return undefined
    visited.add(key)
    const [responseName, rest] = [path.slice(0, dot), path.slice(dot + 1)]
    for (const { fields } of selection.alternatives) {
      for (const field of fields) {
        if (field.responseName !== responseName) continue
        if (field.selectedWhen !== undefined && !field.selectedWhen(variables)) continue
        const slice = variableSlices(field).find((candidate) => candidate.path === rest)
        const found = slice ?? (field.children === undefined ? undefined : visit(field.children, rest))
        if (found !== undefined) return found
      }
    }
    return undefined
  }

  return visit(root, argumentPath)
}
