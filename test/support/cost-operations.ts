import type { Choices } from './cost-choices.ts'
import { type GeneratedInput, type GeneratedSchema, type GeneratedType, namedType } from './cost-schemas.ts'

/** An operation that is valid against its schema, with variables that fit it. */
export interface GeneratedOperation {
  readonly source: string
  readonly variables: Readonly<Record<string, unknown>>
}

/** Writes an operation with fragments, aliases, directives and variables. */
export function generateOperation(choices: Choices, schema: GeneratedSchema): GeneratedOperation {
  return new OperationWriter(choices, schema).operation()
}

interface Variable {
  readonly type: string
  readonly sdl: string
  readonly given: unknown
}

class OperationWriter {
  private readonly choices: Choices
  private readonly schema: GeneratedSchema
  private readonly aliases = new Map<string, string>()
  private readonly variables = new Map<string, Variable>()
  private readonly fragments = new Map<string, { readonly on: GeneratedType; readonly sdl: string }>()

  constructor(choices: Choices, schema: GeneratedSchema) {
    this.choices = choices
    this.schema = schema
  }

  operation(): GeneratedOperation {
    const selections = this.selections(this.type('Query'), 4)
    const definitions = [...this.variables].map(([name, { sdl }]) => `$${name}: ${sdl}`)
    const variables = definitions.length === 0 ? '' : `(${definitions.join(', ')})`
    const fragments = [...this.fragments].map(([name, { on, sdl }]) => `fragment ${name} on ${on.name} ${sdl}`)
    const given = [...this.variables].flatMap(([name, { given }]) => (given === undefined ? [] : [[name, given]]))
    return {
      source: [`query${variables} ${selections}`, ...fragments].join('\n'),
      variables: Object.fromEntries(given),
    }
  }

  private type(name: string): GeneratedType {
    const type = this.schema.types.get(name)
    if (type === undefined) throw new Error(`The schema has no type ${name}.`)
    return type
  }

  private selections(type: GeneratedType, depth: number): string {
    const first = this.selection(type, depth)
    return `{ ${[first, ...this.choices.some(4, () => this.selection(type, depth))].join(' ')} }`
  }

  private selection(type: GeneratedType, depth: number): string {
    const kinds = [
      'field',
      'field',
      'field',
      'field',
      'field',
      'typename',
      'inline',
      'inline',
      'spread',
      'spread',
    ] as const
    const kind = this.choices.pick(...kinds)
    if (kind === 'inline' && depth > 0) return this.inlineFragment(type, depth - 1)
    if (kind === 'spread' && depth > 0) return this.spread(type, depth - 1)
    const field = kind === 'typename' ? undefined : this.choices.pick(undefined, ...type.fields, ...type.fields)
    if (field === undefined) return `${this.choices.pick('', 'kind: ')}__typename${this.conditions()}`
    const returned = this.schema.types.get(namedType(field.type))
    if (returned !== undefined && depth === 0) return '__typename'
    const args = field.args.filter(() => !this.choices.oneIn(3))
    const call = args.length === 0 ? field.name : `${field.name}(${this.argumentList(args)})`
    const inside = returned === undefined ? '' : ` ${this.selections(returned, depth - 1)}`
    return `${this.alias(field.type, call)}: ${call}${this.tag()}${this.conditions()}${inside}`
  }

  private argumentList(args: readonly GeneratedInput[]): string {
    return args.map(({ name, type }) => `${name}: ${this.literal(type, 3)}`).join(', ')
  }

  // One response name for one type and call: whatever is merged may be merged.
  private alias(type: string, call: string): string {
    const key = `${type} ${call}`
    const alias = this.aliases.get(key) ?? `r${this.aliases.size}`
    this.aliases.set(key, alias)
    return alias
  }

  private overlapping(type: GeneratedType): readonly [GeneratedType, ...GeneratedType[]] {
    const others = [...this.schema.types.values()].filter(
      ({ name, possible }) => name !== type.name && possible.some((object) => type.possible.includes(object)),
    )
    return [type, ...others]
  }

  private inlineFragment(type: GeneratedType, depth: number): string {
    const on = this.choices.pick(...this.overlapping(type))
    const condition = on === type && this.choices.oneIn(2) ? '' : ` on ${on.name}`
    return `...${condition}${this.conditions()} ${this.selections(on, depth)}`
  }

  // A fragment is written before it gets a name, so that it cannot spread itself.
  private spread(type: GeneratedType, depth: number): string {
    const fits = ({ possible }: GeneratedType) => possible.some((name) => type.possible.includes(name))
    const known = [...this.fragments].filter(([, { on }]) => fits(on)).map(([name]) => name)
    const name =
      this.choices.pick(undefined, ...known) ?? this.fragment(this.choices.pick(...this.overlapping(type)), depth)
    return `...${name}${this.conditions()}`
  }

  private fragment(on: GeneratedType, depth: number): string {
    const sdl = this.selections(on, depth)
    const name = `F${this.fragments.size}`
    this.fragments.set(name, { on, sdl })
    return name
  }

  private conditions(): string {
    if (!this.choices.oneIn(4)) return ''
    const condition = () => (this.choices.oneIn(4) ? this.constant('Boolean!') : this.variable('Boolean!'))
    const skip = this.choices.oneIn(2) ? ` @skip(if: ${condition()})` : ''
    return skip === '' || this.choices.oneIn(4) ? `${skip} @include(if: ${condition()})` : skip
  }

  private tag(): string {
    if (!this.choices.oneIn(6)) return ''
    const args = [
      { name: 'x', type: 'Int' },
      { name: 'where', type: 'Filter' },
    ].filter(() => this.choices.oneIn(2))
    return args.length === 0 ? ' @tag' : ` @tag(${this.argumentList(args)})`
  }

  /** A value in the document. */
  private literal(type: string, depth: number): string {
    if (!type.endsWith('!') && this.choices.oneIn(10)) return 'null'
    if (this.choices.oneIn(3)) return this.variable(type)
    if (type.startsWith('[')) {
      if (this.choices.oneIn(5)) return this.constant(namedType(type))
      return `[${this.choices.some(3, () => this.literal(itemType(type), depth - 1)).join(', ')}]`
    }
    const fields = this.schema.inputs.get(namedType(type))
    if (fields === undefined) return this.constant(type)
    const given = this.given(fields, depth).map(({ name, type }) => `${name}: ${this.literal(type, depth - 1)}`)
    return `{ ${given.join(', ')} }`
  }

  /** A value without variables. */
  private constant(type: string): string {
    if (type === 'Boolean!') return this.choices.pick('true', 'false')
    if (type.startsWith('[')) return this.choices.pick(`[${this.constant(itemType(type))}]`, '[]')
    if (this.schema.inputs.has(namedType(type))) return this.choices.pick('{}', '{ n: 4 }')
    return String(this.choices.pick(1, 2, 3, 0, 4, 5, -2))
  }

  /** A value in the variables: JSON. */
  private json(type: string, depth: number): unknown {
    if (type === 'Boolean!') return this.choices.pick(true, false)
    if (!type.endsWith('!') && this.choices.oneIn(10)) return null
    if (type.startsWith('[')) {
      if (this.choices.oneIn(5)) return this.json(`${namedType(type)}!`, depth - 1)
      return this.choices.some(3, () => this.json(itemType(type), depth - 1))
    }
    const fields = this.schema.inputs.get(namedType(type))
    if (fields === undefined) return this.choices.pick(1, 2, 3, 0, 4, 5, -2)
    return Object.fromEntries(this.given(fields, depth).map(({ name, type }) => [name, this.json(type, depth - 1)]))
  }

  private given(fields: readonly GeneratedInput[], depth: number): readonly GeneratedInput[] {
    return fields.filter(({ type }) => (depth > 0 || type === 'Int') && this.choices.oneIn(2))
  }

  private variable(type: string): string {
    const known = [...this.variables].filter(([, variable]) => variable.type === type).map(([name]) => name)
    const name = this.choices.pick(undefined, ...known) ?? `v${this.variables.size}`
    if (!this.variables.has(name)) this.variables.set(name, this.declare(type))
    return `$${name}`
  }

  private declare(type: string): Variable {
    const fallback = this.choices.oneIn(3) ? ` = ${this.constant(type)}` : ''
    const omitted = (fallback !== '' || !type.endsWith('!')) && this.choices.oneIn(3)
    return { type, sdl: type + fallback, given: omitted ? undefined : this.json(type, 2) }
  }
}

function itemType(type: string): string {
  return type.replace(/^\[(.*)\]!?$/, '$1')
}
