import type {
  CompiledAlternative,
  CompiledField,
  CompiledOperation,
  CompiledSelection,
} from '../compile/compiled-operation.ts'
import { evaluate, type Variables } from '../compile/expression.ts'
import type { CostSettings } from '../cost-options.ts'
import { count } from './estimate.ts'
import { type Cost, toCost } from './totals.ts'

/**
 * Makes the function that computes the same numbers from a response: what is there is counted, what is null or missing
 * costs nothing. It visits objects and lists; scalars only where their weight makes them count.
 */
export function createMeasure(settings: CostSettings, operation: CompiledOperation) {
  return (data: unknown, variables: Variables): Cost => {
    if (!isRecord(data)) return toCost(settings, 0, 0)
    const meter = new ResponseMeter(variables)
    meter.object(operation.root, data)
    return toCost(settings, meter.field, operation.rootTypeWeight + meter.type)
  }
}

/** What one object comes to. */
interface Reading {
  readonly field: number
  readonly type: number
  readonly fits: boolean
}

// The two sums travel as fields of one object, so that visiting an object whose type is known allocates nothing.
class ResponseMeter {
  field = 0
  type = 0
  /** False once a list has more items than its size. */
  private fits = true
  private readonly variables: Variables
  private dearest: Map<object, Map<CompiledSelection, Reading>> | undefined

  constructor(variables: Variables) {
    this.variables = variables
  }

  /** Adds what is selected inside one object. */
  object(selection: CompiledSelection, data: Readonly<Record<string, unknown>>): void {
    const { alternatives } = selection
    const known = alternatives.length === 1 ? alternatives[0] : this.alternativeOf(selection, data)
    if (known === undefined) this.dearestAlternative(selection, data)
    else this.alternative(known, data)
  }

  // The object does not say what it is: the dearest reading of it counts, as in the estimate. Each is remembered, since
  // every reading of the object around it comes here again.
  private dearestAlternative(selection: CompiledSelection, data: Readonly<Record<string, unknown>>): void {
    this.dearest ??= new Map()
    const known = this.dearest.get(data) ?? new Map<CompiledSelection, Reading>()
    this.dearest.set(data, known)
    const reading = known.get(selection) ?? this.readEveryWay(selection, data)
    known.set(selection, reading)
    this.field += reading.field
    this.type += reading.type
    this.fits &&= reading.fits
  }

  // A reading that cannot be is left out: one type's items at another type's prices may come to more than the estimate.
  // Where none can be, the lists are too long, and every reading counts.
  private readEveryWay(selection: CompiledSelection, data: Readonly<Record<string, unknown>>): Reading {
    const { field, type, fits } = this
    const readings = selection.alternatives.map((alternative): Reading => {
      this.field = 0
      this.type = 0
      this.fits = true
      this.alternative(alternative, data)
      return { field: this.field, type: this.type, fits: this.fits }
    })
    this.field = field
    this.type = type
    this.fits = fits
    const anyFits = readings.some((reading) => reading.fits)
    const counted = anyFits ? readings.filter((reading) => reading.fits) : readings
    return {
      field: Math.max(...counted.map((reading) => reading.field)),
      type: Math.max(...counted.map((reading) => reading.type)),
      fits: anyFits,
    }
  }

  private alternativeOf(
    { alternatives, typenameKey }: CompiledSelection,
    data: Readonly<Record<string, unknown>>,
  ): CompiledAlternative | undefined {
    const typeName = typenameKey === undefined ? undefined : data[typenameKey]
    if (typeof typeName !== 'string') return undefined
    return alternatives.find(({ typeNames }) => typeNames.has(typeName))
  }

  private alternative({ fields }: CompiledAlternative, data: Readonly<Record<string, unknown>>): void {
    for (const field of fields) {
      const value = data[field.responseName]
      if (value === null || value === undefined) continue
      // Another type's field of the same response name.
      if (field.selectedWhen !== undefined && !field.selectedWhen(this.variables)) continue
      this.field += evaluate(field.call, this.variables)
      const typeBefore = this.type
      const items = this.value(field, value)
      if (this.type < typeBefore) this.type = typeBefore
      if (items > count(field.size, this.variables)) this.fits = false
    }
  }

  // A list of lists counts every item inside, as its size does. Returns how many there are.
  private value(field: CompiledField, value: unknown): number {
    if (value === null || value === undefined) return 0
    if (Array.isArray(value)) {
      let items = 0
      for (const item of value) items += this.value(field, item)
      return items
    }
    this.type += field.cost.typeWeight
    if (field.children !== undefined && isRecord(value)) this.object(field.children, value)
    return 1
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
