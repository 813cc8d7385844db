import type { CostExplanation, CostRow } from '../cost/evaluate/explain.ts'
import type { SlicingViolation } from '../cost/evaluate/violations.ts'

/** Writes an explanation for people: the totals, then a row for each response path. */
export function explanationTable(explanation: CostExplanation, violations: readonly SlicingViolation[]): string {
  const totals = [
    ['Estimated cost', explanation.unbounded ? 'unbounded' : number(explanation.cost)],
    ['Field cost', number(explanation.fieldCost)],
    ['Type cost', number(explanation.typeCost)],
  ]
  const rows = explanation.rows.map((row) => columns.map(({ cell }) => cell(row)))
  const notes = violations.map(
    ({ coordinate, allowed, found }) =>
      `${coordinate} needs exactly one of ${allowed.join(', ')}; given: ${found.join(', ') || 'none'}.`,
  )
  if (explanation.truncated) notes.push('There are more paths than rows; their cost is part of the rows above them.')
  const parts = [
    aligned(totals, [false, true]),
    aligned(
      [columns.map(({ title }) => title), ...rows],
      columns.map(({ right }) => right),
    ),
    notes,
  ]
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

interface Column {
  readonly title: string
  readonly right: boolean
  cell(row: CostRow): string
}

const columns: readonly Column[] = [
  { title: 'path', right: false, cell: ({ path }) => path || '(operation)' },
  { title: 'coordinate', right: false, cell: ({ coordinate }) => coordinate },
  { title: 'instances', right: true, cell: ({ instances }) => number(instances) },
  { title: 'list size from', right: false, cell: ({ sizeFrom }) => sizeFrom ?? '' },
  { title: 'weight from', right: false, cell: ({ weightFrom }) => weightFrom },
  { title: 'own field cost', right: true, cell: ({ own }) => number(own.fieldCost) },
  { title: 'own type cost', right: true, cell: ({ own }) => number(own.typeCost) },
  { title: 'total', right: true, cell: ({ total }) => number(total.fieldCost + total.typeCost) },
]

/** Pads every column to its widest cell. */
function aligned(rows: readonly (readonly string[])[], right: readonly boolean[]): string[] {
  const widths = right.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return right[column] ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd(),
  )
}

// Twelve digits leave out the noise of decimal sums (0.1 + 0.2). The largest safe integer stands for endless.
function number(value: number): string {
  if (value >= Number.MAX_SAFE_INTEGER) return 'unbounded'
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(12)))
}
