import type { ResponsePath } from 'graphql'
import { generated } from '../generated-function.ts'
import type { SelectedField } from './field.ts'
import type { Frame } from './frame.ts'
import type { Fields } from './values/complete-value.ts'
import type { PlainLeaf } from './values/leaf-value.ts'

/** What the text that is generated below leaves to others: whatever is not as it is for most objects. */
export interface SelectionParts {
  readonly fields: readonly SelectedField[]
  /** Executes the fields one by one. */
  executeEach(frame: Frame, source: unknown, path: ResponsePath | undefined): Fields | PromiseLike<Fields>
  /** Makes an object of values of which some are promises, or missing. */
  assemble(values: readonly unknown[]): Fields | PromiseLike<Fields>
  /** Goes on from a field that has thrown: what is before it has its values. */
  recover(
    frame: Frame,
    source: unknown,
    path: ResponsePath | undefined,
    values: readonly unknown[],
    at: number,
    thrown: unknown,
  ): Fields | PromiseLike<Fields>
}

type Execute = SelectionParts['executeEach']

/** Longer functions are compiled no better, and objects of so many fields are few. */
export const MAX_FIELDS = 64

/**
 * Writes the function that executes a selection: properties are read where they are, and the answer is made at once, as
 * it would be by hand. For `{ id author { name } }` it is
 *
 * ```js
 * try {
 *   at = 0; v0 = source["id"]; if (typeof v0 !== "string") v0 = field0.property.slow(frame, source, path, v0)
 *   at = 1; v1 = field1.run(frame, source, path)
 * } catch (thrown) {
 *   return recover(frame, source, path, [v0, v1], at, thrown)
 * }
 * if (isOdd(v0) || isOdd(v1)) return assemble([v0, v1])
 * return setPrototypeOf({ ["id"]: v0, ["author"]: v1 }, null)
 * ```
 *
 * Names are all that comes from a document, and they are written as JSON. Undefined where code may not be made of text
 * in this process, or is not worth it.
 */
export function generateSelection(parts: SelectionParts): Execute | undefined {
  const { fields, executeEach, assemble, recover } = parts
  if (fields.length === 0 || fields.length > MAX_FIELDS) return undefined
  const values = fields.map((_, index) => `v${index}`)
  const constants = fields.map((_, index) => `const field${index} = fields[${index}]`)
  const odd = values.map(
    (value) =>
      `${value} === undefined || (typeof ${value} === 'object' && ${value} !== null && typeof ${value}.then === 'function')`,
  )
  const entries = fields.map(({ responseName }, index) => `[${JSON.stringify(responseName)}]: v${index}`)
  const text = `'use strict'
${constants.join('\n')}
const { setPrototypeOf } = Object
return function execute(frame, source, path) {
  if (source === null || typeof source !== 'object') return executeEach(frame, source, path)
  let at = 0, ${values.join(', ')}
  try {
    ${fields.map(statement).join('\n    ')}
  } catch (thrown) {
    return recover(frame, source, path, [${values}], at, thrown)
  }
  if (${odd.join(' || ')}) return assemble([${values}])
  return setPrototypeOf({ ${entries.join(', ')} }, null)
}`
  return generated(text, { fields, executeEach, assemble, recover })
}

function statement({ property }: SelectedField, index: number): string {
  const value = `v${index}`
  if (property === undefined) return `at = ${index}; ${value} = field${index}.run(frame, source, path)`
  const { name, type } = property
  const read = `at = ${index}; ${value} = source[${JSON.stringify(name)}]`
  return `${read}; if (${isOther(value, type)}) ${value} = field${index}.property.slow(frame, source, path, ${value})`
}

/** Whether a value is not one that its type leaves as it is. */
function isOther(value: string, type: PlainLeaf | undefined): string {
  switch (type) {
    case 'int':
      return `typeof ${value} !== 'number' || (${value} | 0) !== ${value}`
    case 'number':
      return `!Number.isFinite(${value})`
    case 'string':
    case 'boolean':
      return `typeof ${value} !== '${type}'`
    case undefined:
      return 'true'
  }
}
