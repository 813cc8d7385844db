import { badInput, quote } from './bad-input.ts'

const NODE_TYPES = ['Product', 'Category', 'Review', 'Customer', 'Order'] as const

/** The types whose objects have an id. */
export type NodeType = (typeof NODE_TYPES)[number]

/** The id of an object, unique over all types: `Product:42`. */
export function globalId(type: NodeType, id: number): string {
  return `${type}:${id}`
}

/**
 * The number in the id of one type.
 *
 * @param where the coordinate of the argument or input field, for the error
 * @throws GraphQLError BAD_USER_INPUT for anything else, an id of another type included
 */
export function parseId(type: NodeType, text: string, where: string): number {
  const parsed = parse(text)
  if (parsed?.type === type) return parsed.id
  throw badInput(`${where} is ${quote(text)}; allowed are ids of the type ${type}, such as ${type}:42.`)
}

/** Type and number of any id. Throws as `parseId` does. */
export function parseAnyId(text: string, where: string): { readonly type: NodeType; readonly id: number } {
  const parsed = parse(text)
  if (parsed !== undefined) return parsed
  throw badInput(`${where} is ${quote(text)}; allowed are ids as the server gives them, such as Product:42.`)
}

const MAX_ID = 2 ** 31 - 1

function parse(text: string): { readonly type: NodeType; readonly id: number } | undefined {
  const [type, digits, ...rest] = text.split(':', 3)
  if (type === undefined || digits === undefined || rest.length > 0) return undefined
  // One spelling for each object: no signs, no leading zeros.
  if (!isNodeType(type) || !/^[1-9]\d{0,9}$/.test(digits)) return undefined
  const id = Number(digits)
  return id <= MAX_ID ? { type, id } : undefined
}

function isNodeType(type: string): type is NodeType {
  return NODE_TYPES.some((known) => known === type)
}
