import { generated } from '../../generated-function.ts'
import type { SelectedField } from '../field.ts'
import { MAX_FIELDS } from '../generated-selection.ts'
import { isOpaque, type Write } from './written-as.ts'

/**
 * Writes the function that writes the objects of a selection as JSON: what is between their values is known. For
 * `{ id author { name } }` it is
 *
 * ```js
 * const v0 = object["id"], v1 = object["author"]
 * if (v0 === undefined || v1 === undefined) return output.any(object)
 * output.raw(before0); output.text(v0)
 * output.raw(before1); write1(output, v1)
 * output.raw(end)
 * ```
 *
 * Names are all that comes from a document, and they are written as JSON. Undefined where code may not be made of text
 * in this process, or is not worth it.
 */
export function generateWriter(fields: readonly SelectedField[]): Write | undefined {
  if (fields.length === 0 || fields.length > MAX_FIELDS) return undefined
  // It may be a method, which has the whole object written in another way.
  if (fields.some(({ responseName }) => responseName === 'toJSON')) return undefined
  const constants = fields.flatMap((_, index) => [
    `before${index} = before[${index}]`,
    `write${index} = fields[${index}].written`,
  ])
  const reads = fields.map(({ responseName }, index) => `v${index} = object[${JSON.stringify(responseName)}]`)
  const odd = fields.map(({ written }, index) =>
    written === 'any' ? `v${index} === undefined || isOpaque(v${index})` : `v${index} === undefined`,
  )
  const text = `'use strict'
const ${constants.join(', ')}
return function write(output, object) {
  if (object === null || typeof object !== 'object') return output.any(object)
  const ${reads.join(', ')}
  if (${odd.join(' || ')}) return output.any(object)
  ${fields.map((field, index) => `output.raw(before${index}); ${statement(field, index)}`).join('\n  ')}
  output.raw(end)
}`
  const before = fields.map(({ responseName }, index) =>
    Buffer.from(`${index === 0 ? '{' : ','}${JSON.stringify(responseName)}:`),
  )
  return generated(text, { fields, before, end: Buffer.from('}'), isOpaque })
}

function statement({ written }: SelectedField, index: number): string {
  switch (written) {
    case 'text':
      return `output.text(v${index})`
    case 'literal':
      return `output.literal(v${index})`
    case 'any':
      return `typeof v${index} === 'string' ? output.text(v${index}) : output.literal(v${index})`
    default:
      return `write${index}(output, v${index})`
  }
}
