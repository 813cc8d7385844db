import { type GraphQLLeafType, isEnumType } from 'graphql'
import { plainLeaf } from '../values/leaf-value.ts'
import type { JsonOutput } from './json-output.ts'

/** Writes a value that has been completed. */
export type Write = (output: JsonOutput, value: unknown) => void

/**
 * How completed values of a type are written: `text` is a string or null, `literal` a number, a boolean or null. `any`
 * may be whatever a custom scalar makes of a value.
 */
export type Written = 'text' | 'literal' | 'any' | Write

export const writeWhole: Write = (output, value) => output.any(value)

const writeText: Write = (output, value) => output.text(value)
const writeLiteral: Write = (output, value) => output.literal(value)

export function leafWritten(type: GraphQLLeafType): Written {
  const plain = plainLeaf(type)
  if (plain === undefined) return isEnumType(type) ? 'text' : 'any'
  return plain === 'string' ? 'text' : 'literal'
}

const [BEGIN, COMMA, END] = [Buffer.from('['), Buffer.from(','), Buffer.from(']')]

export function listWritten(items: Written): Written {
  // A value that writes itself is told where it is.
  if (items === 'any') return writeWhole
  const write = items === 'text' ? writeText : items === 'literal' ? writeLiteral : items
  return (output, list) => {
    if (!Array.isArray(list)) return output.any(list)
    output.raw(BEGIN)
    for (let index = 0; index < list.length && !output.isCut; index++) {
      if (index > 0) output.raw(COMMA)
      write(output, list[index])
    }
    output.raw(END)
  }
}

/** Whether a value of a custom scalar is neither a text nor a literal. */
export function isOpaque(value: unknown): boolean {
  return typeof value !== 'string' && typeof value !== 'boolean' && value !== null && !Number.isFinite(value)
}
