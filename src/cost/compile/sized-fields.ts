import type { FieldCost } from '../schema/schema-costs.ts'
import type { Expression } from './expression.ts'
import { NO_SIZE } from './list-size.ts'

/** A size that a field hands to a list below it. */
export interface HandedSize {
  /** The coordinate of the field whose `sizedFields` hands it. */
  readonly from: string
  /** NO_SIZE where the list itself is further down, at the end of one of `paths`. */
  readonly size: Expression
  readonly deeper: readonly DeeperSize[]
}

interface DeeperSize {
  readonly path: readonly [string, ...string[]]
  readonly from: string
  readonly size: Expression
}

/** The sizes handed to the fields of one selection, by field name. */
export interface HandedSizes {
  readonly sizes: ReadonlyMap<string, HandedSize>
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
  const deeper: DeeperSize[] = [...(inherited?.deeper ?? [])]
  if (ownSize !== undefined) {
    for (const sizedField of cost.listSize?.sizedFields ?? []) {
      const [first = '', ...rest] = sizedField.split('.')
      deeper.push({ path: [first, ...rest], from: cost.coordinate, size: ownSize })
    }
  }
  if (deeper.length === 0) return undefined
  const sizes = new Map<string, { from: string; size: Expression; deeper: DeeperSize[] }>()
  for (const { path, from, size } of deeper) {
    const [name, next, ...rest] = path
    const entry = sizes.get(name) ?? { from, size: NO_SIZE, deeper: [] }
    sizes.set(name, entry)
    if (next === undefined) Object.assign(entry, { from, size })
    else entry.deeper.push({ path: [next, ...rest], from, size })
  }
  return { sizes }
}
