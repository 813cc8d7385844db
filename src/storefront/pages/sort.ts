/** An order of rows. Equal values are told apart by the id, in the same direction. */
export interface Sort<Row> {
  /** Cursors carry it: one of another list or order is refused. */
  readonly name: string
  readonly table: string
  readonly column: string
  readonly direction: 'asc' | 'desc'
  /** The row's value as cursors carry it. */
  value(row: Row): string | number
  /** The value as the database compares it; undefined for what no row can have. */
  parse(value: unknown): string | number | Date | undefined
}

type Place<Row> = Pick<Sort<Row>, 'name' | 'table' | 'direction'>

// Far beyond any row, and safe for every Date and every timestamp: the years 1 to 3938.
const MAX_EPOCH_MS = 62_135_596_800_000

export function byMoment<Column extends string>(
  column: Column,
  place: Place<Readonly<Record<Column, Date>>>,
): Sort<Readonly<Record<Column, Date>>> {
  return {
    ...place,
    column,
    value: (row) => row[column].getTime(),
    parse: (value) => (isIntegerUpTo(MAX_EPOCH_MS, value) ? new Date(value) : undefined),
  }
}

export function byInteger<Column extends string>(
  column: Column,
  place: Place<Readonly<Record<Column, number>>>,
): Sort<Readonly<Record<Column, number>>> {
  return {
    ...place,
    column,
    value: (row) => row[column],
    parse: (value) => (isIntegerUpTo(2 ** 31 - 1, value) ? value : undefined),
  }
}

export function byText<Column extends string>(
  column: Column,
  place: Place<Readonly<Record<Column, string>>>,
): Sort<Readonly<Record<Column, string>>> {
  return {
    ...place,
    column,
    value: (row) => row[column],
    // PostgreSQL has no texts with NUL in them.
    parse: (value) => (typeof value === 'string' && !value.includes('\0') ? value : undefined),
  }
}

function isIntegerUpTo(limit: number, value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= limit
}
