import type { FieldCost } from '../schema/schema-costs.ts'
import type { Size } from './expression.ts'

/** What is handed to one field: sizes for itself, and for lists below it. */
export interface HandedSize {
  /** The nearest first; the first that says something holds. */
  readonly sizes: readonly SizeFrom[]
  readonly deeper: readonly DeeperSize[]
}

export interface SizeFrom {
  /** The coordinate of the field whose `sizedFields` hands the size. */
  readonly from: string
  readonly size: Size
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
  ownSize: Size | undefined,
  inherited: HandedSize | undefined,
): HandedSizes | undefined {
  if (ownSize === undefined && inherited === undefined) return undefined
  const deeper: DeeperSize[] = []
  if (ownSize !== undefined) {
    for (const sizedField of cost.listSize?.sizedFields ?? []) {
      const [first = '', ...rest] = sizedField.split('.')
      deeper.push({ path: [first, ...rest], from: cost.coordinate, size: ownSize })
    }
  }
  deeper.push(...(inherited?.deeper ?? []))
  return byFirstField(deeper)
}

/**
 * What several fields that are priced as one hand over together. Which of them it is stays open, so each size may be
 * missing: the largest holds.
 */
export function handOverTogether(all: readonly (HandedSizes | undefined)[]): HandedSizes | undefined {
  const [only, ...others] = all
  if (others.length === 0) return only
  const byField = new Map<string, { sizes: SizeFrom[]; deeper: DeeperSize[] }>()
  for (const handed of all) {
    for (const [name, { sizes, deeper }] of handed?.byField ?? []) {
      const entry = byField.get(name) ?? { sizes: [], deeper: [] }
      byField.set(name, entry)
      entry.sizes.push(...sizes.map(optional))
      entry.deeper.push(...deeper.map(optional))
    }
  }
  return byField.size === 0 ? undefined : { byField }
}

function optional<T extends SizeFrom>(handed: T): T {
  return { ...handed, size: { ...handed.size, optional: true } }
}

function byFirstField(handed: readonly DeeperSize[]): HandedSizes | undefined {
  if (handed.length === 0) return undefined
  const byField = new Map<string, { sizes: SizeFrom[]; deeper: DeeperSize[] }>()
  for (const { path, from, size } of handed) {
    const [name, next, ...rest] = path
    const entry = byField.get(name) ?? { sizes: [], deeper: [] }
    byField.set(name, entry)
    if (next === undefined) entry.sizes.push({ from, size })
    else entry.deeper.push({ path: [next, ...rest], from, size })
  }
  return { byField }
}
