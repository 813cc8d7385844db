import type { FieldCost, WeightSource } from '../schema/schema-costs.ts'
import type { Condition } from './condition.ts'
import type { Expression } from './expression.ts'
import type { Slice } from './list-size.ts'
import type { SizeFrom } from './sized-fields.ts'

/** One operation, compiled: everything that can be known before the variables are. */
export interface CompiledOperation {
  readonly kind: 'query' | 'mutation' | 'subscription'
  readonly rootTypeName: string
  readonly rootTypeWeight: number
  readonly rootWeightSource: WeightSource
  readonly root: CompiledSelection
  /** Every selection, children before parents: evaluating them in this order needs no recursion. */
  readonly selections: readonly CompiledSelection[]
  /** True where possible types were joined before they were priced, so that the estimate may be above the exact one. */
  readonly approximate: boolean
}

/** A merged selection on one returned type. */
export interface CompiledSelection {
  /** Position in `CompiledOperation.selections`. */
  readonly index: number
  /** One for each group of possible object types that cost alike. Just one of them happens; the dearest is charged. */
  readonly alternatives: readonly [CompiledAlternative, ...CompiledAlternative[]]
  /** The response name under which `__typename` is selected for every possible type; where there is one type, none. */
  readonly typenameKey: string | undefined
}

/** Nothing in it costs anything: no field keeps it, and it is in no operation's list. */
export const FREE_SELECTION: CompiledSelection = {
  index: -1,
  alternatives: [{ typeNames: new Set(), fields: [] }],
  typenameKey: undefined,
}

export interface CompiledAlternative {
  readonly typeNames: ReadonlySet<string>
  /** The fields that can cost something. Free scalars are left out. */
  readonly fields: readonly CompiledField[]
}

export interface CompiledField {
  readonly responseName: string
  readonly cost: FieldCost
  readonly selectedWhen: Condition
  /** `call(f)`: what one call of this field costs. Never negative. */
  readonly call: Expression
  /** How many items it returns; undefined for a field that is no list, which counts once. */
  readonly size: Expression | undefined
  readonly sizeSource: SizeSource | undefined
  readonly slices: readonly Slice[]
  readonly children: CompiledSelection | undefined
  /** The fields that were joined into this one; undefined where it stands for itself alone. */
  readonly joined: readonly SlicedField[] | undefined
}

export interface SlicedField {
  readonly cost: FieldCost
  readonly slices: readonly Slice[]
}

/** Where a list's size comes from, the first that says something winning. */
export interface SizeSource {
  /** Sizes that fields above hand down through `sizedFields`. */
  readonly inherited: readonly SizeFrom[]
  readonly slicing: Expression
  readonly assumedSize: number | undefined
}
