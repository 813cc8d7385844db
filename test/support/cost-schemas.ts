import type { Choices } from './cost-choices.ts'

/** A schema as its generator knows it: what may be selected and which values fit. */
export interface GeneratedSchema {
  readonly sdl: string
  /** Object types, interfaces and unions, by name. */
  readonly types: ReadonlyMap<string, GeneratedType>
  /** The fields of each input type, by name. */
  readonly inputs: ReadonlyMap<string, readonly GeneratedInput[]>
}

export interface GeneratedType {
  readonly name: string
  readonly fields: readonly GeneratedField[]
  /** The object types that it may turn out to be. */
  readonly possible: readonly string[]
}

export interface GeneratedField {
  readonly name: string
  readonly type: string
  readonly args: readonly GeneratedInput[]
}

export interface GeneratedInput {
  readonly name: string
  readonly type: string
}

/** The type without its brackets. */
export function namedType(type: string): string {
  return type.replaceAll(/[[\]!]/g, '')
}

const INPUT_NAMES = ['Filter', 'Page', 'Range']
const OBJECT_NAMES = ['Query', 'A', 'B', 'C']
const UNION_MEMBERS = ['A', 'B']
const IMPLEMENTING = ['B', 'C']

/** Writes a schema. Weights are quarters, so that sums of them are exact; `negative` allows some below zero. */
export function generateSchema(choices: Choices, negative: boolean): GeneratedSchema {
  const weight = () => {
    const written = choices.pick('', '', '', '0', '0.25', '1', '2.5', '7', ...(negative ? ['-1', '-2.5', '-6'] : []))
    return written === '' ? '' : ` @cost(weight: "${written}")`
  }
  const inputs = new Map(INPUT_NAMES.map((name, index) => [name, generateInputs(choices, index)]))
  const inputSdl = [...inputs].map(
    ([name, fields]) =>
      `input ${name} { ${fields.map((field, at) => `${field.name}: ${field.type}${inputDefault(choices, field, INPUT_NAMES.indexOf(name), at)}${weight()}`).join(' ')} }`,
  )

  const shared = ['i', 'j'].map((name) => generateField(choices, name))
  const types = new Map<string, GeneratedType>()
  for (const name of OBJECT_NAMES) {
    const own = ['a', 'b', 'c'].map((field) => generateField(choices, field, name === 'Query'))
    const fields = IMPLEMENTING.includes(name) ? [...shared, ...own] : own
    types.set(name, { name, fields, possible: [name] })
  }
  types.set('I', { name: 'I', fields: shared, possible: IMPLEMENTING })
  types.set('U', { name: 'U', fields: [], possible: UNION_MEMBERS })

  const argument = ({ name, type }: GeneratedInput) =>
    `${name}: ${type}${choices.pick('', '', argumentDefault(choices, type))}${weight()}`
  const objectSdl = OBJECT_NAMES.map((name) => {
    const fields = types.get(name)?.fields.map((field) => {
      const args = field.args.map(argument)
      const list = args.length === 0 ? '' : `(${args.join(', ')})`
      return `  ${field.name}${list}: ${field.type}${weight()}${listSize(choices, types, field, args)}\n`
    })
    return `type ${name}${IMPLEMENTING.includes(name) ? ' implements I' : ''}${weight()} {\n${fields?.join('')}}`
  })
  const interfaceFields = shared.map(({ name, type, args }) => {
    const list = args.length === 0 ? '' : `(${args.map((arg) => `${arg.name}: ${arg.type}`).join(', ')})`
    return `${name}${list}: ${type}`
  })
  const sdl = [
    `directive @tag(x: Int${weight()}, where: Filter${choices.pick('', ' = {}')}${weight()}) on FIELD`,
    `scalar S${weight()}`,
    `enum E${weight()} { ONE TWO }`,
    ...inputSdl,
    ...objectSdl,
    `interface I { ${interfaceFields.join(' ')} }`,
    `union U = ${UNION_MEMBERS.join(' | ')}`,
  ].join('\n')
  return { sdl, types, inputs }
}

function generateInputs(choices: Choices, index: number): GeneratedInput[] {
  const self = INPUT_NAMES[index] ?? ''
  const next = INPUT_NAMES[index + 1] ?? 'Int'
  return ['n', 'm', 'in'].map((name) => ({
    name,
    type: name === 'n' ? 'Int' : choices.pick('Int', '[Int]', next, `[${next}!]`, self, `[[${self}]]`),
  }))
}

// Defaults of input objects lead to later types alone, so that none is within itself.
function inputDefault(choices: Choices, { type }: GeneratedInput, owner: number, position: number): string {
  const leads = INPUT_NAMES.indexOf(namedType(type))
  return leads !== -1 && leads <= owner ? '' : choices.pick('', '', argumentDefault(choices, type, position))
}

function argumentDefault(choices: Choices, type: string, position = 0): string {
  const isList = type.startsWith('[')
  if (INPUT_NAMES.includes(namedType(type))) return ` = ${isList ? choices.pick('[{}, {}]', '{}') : '{}'}`
  return ` = ${isList ? choices.pick('[1, 2]', '3', 'null') : choices.pick(String(choices.below(6) + position), 'null')}`
}

function generateField(choices: Choices, name: string, composite = false): GeneratedField {
  const leaf = choices.pick('Int', 'S', 'E', '[S]', '[E]')
  const object = choices.pick('A', '[A]', '[B]', 'B', 'C', '[C]', 'I', '[I]', 'U', '[U]', '[[A]]')
  const type = composite ? object : choices.pick(leaf, object, object)
  const all = [
    { name: 'n', type: 'Int' },
    { name: 'm', type: 'Int' },
    { name: 'ids', type: '[Int]' },
    { name: 'where', type: 'Filter' },
    { name: 'page', type: choices.pick('Page', '[Range!]') },
  ]
  return { name, type, args: all.filter(() => choices.oneIn(3)) }
}

/** A `@listSize` without mistakes, or none. */
function listSize(
  choices: Choices,
  types: ReadonlyMap<string, GeneratedType>,
  field: GeneratedField,
  args: readonly string[],
): string {
  const isList = field.type.startsWith('[')
  const sizedFields = choices.oneIn(2) ? sizedPaths(choices, types, namedType(field.type), 2) : []
  if ((!isList && sizedFields.length === 0) || choices.oneIn(6)) return ''
  const slicing = field.args.flatMap(({ name, type }) => {
    if (!choices.oneIn(2)) return []
    if (name === 'where' || type === 'Page') return [`${name}.n`]
    return type === '[Range!]' && choices.oneIn(2) ? [] : [name]
  })
  const hasDefault = args.some((sdl) => sdl.includes('=') && slicing.includes(sdl.split(':')[0] ?? ''))
  const parts = [
    ...(slicing.length > 0 ? [`slicingArguments: ${JSON.stringify(slicing)}`] : []),
    ...(sizedFields.length > 0 ? [`sizedFields: ${JSON.stringify(sizedFields)}`] : []),
    ...(choices.oneIn(2) && !hasDefault ? [`assumedSize: ${choices.below(5)}`] : []),
    'requireOneSlicingArgument: false',
  ]
  return ` @listSize(${parts.join(', ')})`
}

// A path goes through fields that are of one type on every object type that has them.
function sizedPaths(
  choices: Choices,
  types: ReadonlyMap<string, GeneratedType>,
  type: string,
  depth: number,
): string[] {
  const owners = (types.get(type)?.possible ?? []).flatMap((name) => types.get(name) ?? [])
  const fieldTypes = new Map<string, Set<string>>()
  for (const { name, type } of owners.flatMap(({ fields }) => fields)) {
    fieldTypes.set(name, (fieldTypes.get(name) ?? new Set()).add(type))
  }
  return [...fieldTypes].flatMap(([name, [fieldType = '', ...otherTypes]]) => {
    if (otherTypes.length > 0 || !choices.oneIn(4)) return []
    const deeper = depth > 1 ? sizedPaths(choices, types, namedType(fieldType), depth - 1) : []
    if (deeper.length > 0) return deeper.map((path) => `${name}.${path}`)
    return fieldType.startsWith('[') ? [name] : []
  })
}
