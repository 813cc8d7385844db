import { encodeCursor } from './cursor.ts'
import type { PageRequest } from './page-request.ts'

/** A part of a sorted list, as connections show it. */
export interface Page<Row> {
  readonly nodes: readonly Row[]
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  cursorOf(row: Row): string
}

/** The page made of its rows and, where there is one, the row after them. */
export function page<Row extends { readonly id: number }>(
  { sort, first, after }: PageRequest<Row>,
  rows: readonly Row[],
): Page<Row> {
  return {
    nodes: rows.slice(0, first),
    hasNextPage: rows.length > first,
    hasPreviousPage: after !== undefined,
    cursorOf: (row) => encodeCursor(sort, row),
  }
}
