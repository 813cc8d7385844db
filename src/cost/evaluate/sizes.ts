import type { ResponsePath } from 'graphql'
import type { CompiledField, CompiledOperation, CompiledSelection } from '../compile/compiled-operation.ts'
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
      const steps = fieldsOf(path)
      // One selection and one field at each step, except where a type name is missing.
      let fields = fieldsAt([root], steps[0], variables)
      for (let step = 1; step < steps.length; step++) {
        const selections: CompiledSelection[] = []
        for (const { children } of fields) if (children !== undefined) selections.push(children)
        fields = fieldsAt(selections, steps[step], variables)
      }
      let largest: number | undefined
      for (const { size } of fields) {
        if (size !== undefined) largest = Math.max(largest ?? 0, count(size, variables))
      }
      return largest
    }
}

/** The fields that a step of a path leads to. Everything that executes a list passes here. */
function fieldsAt(
  selections: readonly CompiledSelection[],
  step: ResponsePath | undefined,
  variables: Variables,
): readonly CompiledField[] {
  const found: CompiledField[] = []
  if (step === undefined) return found
  for (const { alternatives } of selections) {
    // A type that is alone stands for all that are alike.
    const isAlone = alternatives.length === 1 || step.typename === undefined
    for (const { typeNames, fields } of alternatives) {
      if (!isAlone && step.typename !== undefined && !typeNames.has(step.typename)) continue
      for (const field of fields) {
        if (field.responseName === step.key && field.selectedWhen?.(variables) !== false) found.push(field)
      }
    }
  }
  return found
}

function fieldsOf(path: ResponsePath): readonly ResponsePath[] {
  const fields: ResponsePath[] = []
  for (let step: ResponsePath | undefined = path; step !== undefined; step = step.prev) {
    if (typeof step.key === 'string') fields.push(step)
  }
  return fields.reverse()
}
