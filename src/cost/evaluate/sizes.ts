import type { ResponsePath } from 'graphql'
import type { CompiledAlternative, CompiledOperation, CompiledSelection } from '../compile/compiled-operation.ts'
import type { Variables } from '../compile/expression.ts'
import { count } from './estimate.ts'

/**
 * How many items the estimate counted for the list at a response path; undefined where it is no list, or free. Paths are
 * those that resolvers find in `info.path`: indices do not matter, and the type names tell alternatives apart. Where one
 * is missing, the largest size of any type counts.
 */
export type ListSizes = (path: ResponsePath) => number | undefined

/** Makes the function that says what an estimate took for the size of each list. */
export function createSizes({ root }: CompiledOperation) {
  return (variables: Variables): ListSizes =>
    (path) => {
      // One selection and one field at each step, except where a type name is missing.
      let selections: readonly CompiledSelection[] = [root]
      let sizes: readonly number[] = []
      for (const { key, typename } of fieldsOf(path)) {
        const fields = selections
          .flatMap((selection) => alternativesOf(selection, typename))
          .flatMap((alternative) => alternative.fields)
          .filter(({ responseName, selectedWhen }) => responseName === key && selectedWhen?.(variables) !== false)
        selections = fields.flatMap(({ children }) => children ?? [])
        sizes = fields.flatMap(({ size }) => (size === undefined ? [] : [count(size, variables)]))
      }
      return sizes.length === 0 ? undefined : Math.max(...sizes)
    }
}

function fieldsOf(path: ResponsePath): readonly ResponsePath[] {
  const fields: ResponsePath[] = []
  for (let step: ResponsePath | undefined = path; step !== undefined; step = step.prev) {
    if (typeof step.key === 'string') fields.push(step)
  }
  return fields.reverse()
}

function alternativesOf(
  { alternatives }: CompiledSelection,
  typeName: string | undefined,
): readonly CompiledAlternative[] {
  // A type that is alone stands for all that are alike.
  if (alternatives.length === 1 || typeName === undefined) return alternatives
  return alternatives.filter(({ typeNames }) => typeNames.has(typeName))
}
