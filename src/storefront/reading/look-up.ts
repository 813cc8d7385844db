/** Finds rows by their ids; null where there is none. */
export function byId<Row extends { readonly id: number }>(rows: readonly Row[]): (id: number) => Row | null {
  const found = new Map(rows.map((row) => [row.id, row]))
  return (id) => found.get(id) ?? null
}

/** Finds the rows of one parent, in the order they came in. */
export function byParent<Row>(
  rows: readonly Row[],
  parentOf: (row: Row) => number | null,
): (parentId: number) => readonly Row[] {
  const groups = new Map<number | null, Row[]>()
  for (const row of rows) {
    const group = groups.get(parentOf(row))
    if (group === undefined) groups.set(parentOf(row), [row])
    else group.push(row)
  }
  return (parentId) => groups.get(parentId) ?? []
}
