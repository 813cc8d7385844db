import type { Sort } from './sort.ts'

/** A place between two rows of a sorted list: just after the row with this value and id, whether or not it is still there. */
export interface Position {
  readonly value: string | number | Date
  readonly id: number
}

const VERSION = 1

/** The cursor of a row: opaque to clients, and good for as long as the row keeps its place. */
export function encodeCursor<Row extends { readonly id: number }>(sort: Sort<Row>, row: Row): string {
  return Buffer.from(JSON.stringify([VERSION, sort.name, sort.value(row), row.id])).toString('base64url')
}

/** The position that a cursor stands for; undefined for a cursor of another sort or version, and for anything else. */
export function decodeCursor<Row>(sort: Sort<Row>, cursor: string): Position | undefined {
  const parts = parseJson(Buffer.from(cursor, 'base64url').toString())
  if (!Array.isArray(parts) || parts.length !== 4) return undefined
  const [version, name, sortValue, id]: unknown[] = parts
  const value = sort.parse(sortValue)
  if (version !== VERSION || name !== sort.name || value === undefined) return undefined
  return typeof id === 'number' && Number.isInteger(id) && id > 0 && id < 2 ** 31 ? { value, id } : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
