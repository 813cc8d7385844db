import type { FieldCost } from '../schema/schema-costs.ts'
import type { Expression } from './expression.ts'

/** What is handed to one field: sizes for itself, and for lists below it. */
export interface HandedSize {
  /** The nearest first; the first that says something holds. */
  readonly sizes: readonly SizeFrom[]
  readonly deeper: readonly DeeperSize[]
}

export interface SizeFrom {
  /** The coordinate of the field whose `sizedFields` hands the size. */
  readonly from: string
  readonly size: Expression
}

interface DeeperSize extends SizeFrom {
  readonly path: readonly [string, ...string[]]
}

/** The sizes handed to the fields of one selection, by field name. */
export interface HandedSizes {
  readonly byField: ReadonlyMap<string, HandedSize>
}

/**
 * What a field hands to its children: its own size to its `sizedFields`, and the rest of the paths that an ancestor's
 * `sizedFields` lead through it.
 */
export function handOver(
  cost: FieldCost,
  ownSize: Expression | undefined,
  inherited: HandedSize | undefined,
): HandedSizes | undefined {
  const deeper: DeeperSize[] = []
  if (ownSize !== undefined) {
    for (const sizedField of cost.listSize?.sizedFields ?? []) {
      const [first = '', ...rest] = sizedField.split('.')
      deeper.push({ path: [first, ...rest], from: cost.coordinate, size: ownSize })
    }
  }
  deeper.push(...(inherited?.deeper ?? []))
  if (deeper.length === 0) return undefined
  const byField = new Map<string, { sizes: SizeFrom[]; deeper: DeeperSize[] }>()
  for (const { path, from, size } of deeper) {
    const [name, next, ...rest] = path
    const entry = byField.get(name) ?? { sizes: [], deeper: [] }
    byField.set(name, entry)
    if (next === undefined) entry.sizes.push({ from, size })
    else entry.deeper.push({ path: [next, ...rest], from, size })
  }
  return { byField }
}
