import fc from 'fast-check'
import {
  GraphQLError,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  responsePathAsArray,
} from 'graphql'

/** A number that depends on a text alone: what a world does is the same each time that it is asked. */
function hash(text: string): number {
  let value = 2_166_136_261
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 16_777_619)
  }
  value = Math.imul(value ^ (value >>> 15), 2_246_822_507)
  return (value ^ (value >>> 13)) >>> 0
}

export interface World {
  readonly schema: GraphQLSchema
  readonly rootValue: unknown
  /** What was called and with what, in order. */
  readonly log: string[]
}

/** How often what resolvers do is bad: never, or once in so many times. */
export interface WorldOptions {
  /** Is changed: its resolvers become those of the world. */
  readonly schema: GraphQLSchema
  readonly seed: string
  readonly hostileOnceIn: number
  readonly nonNullOnceIn: number
}

/** A schema, and resolvers that do to it whatever resolvers can do. Two worlds of one seed are alike. */
export function createWorld({ schema, seed, hostileOnceIn, nonNullOnceIn }: WorldOptions): World {
  const log: string[] = []
  const values = new WorldValues(schema, hostileOnceIn, log)
  const once = (place: string, times: number) => hash(`${seed} ${place}`) % times === 0
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    if (isObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        const coordinate = `${type.name}.${field.name}`
        field.type = hardened(field.type, (depth) => once(`${coordinate} ${depth}`, nonNullOnceIn))
        if (once(`${coordinate} resolves`, 2)) field.resolve = values.resolver(coordinate, field.type, seed)
      }
      if (once(`${type.name} is`, 3)) set(type, 'isTypeOf', (value: unknown) => values.isTypeOf(type.name, value, seed))
    } else if (isAbstractType(type) && once(`${type.name} resolves`, 2)) {
      set(type, 'resolveType', (value: unknown, _context: unknown, info: GraphQLResolveInfo) =>
        values.typeOf(type.name, value, info, seed),
      )
    } else if (isLeafType(type) && type.name === 'S') {
      type.serialize = (value: unknown) => values.serialized(value, seed)
    }
  }
  return { schema, log, rootValue: values.object('Query', seed) }
}

/** Past the types, which say what such a function may answer. */
function set(type: GraphQLNamedType, name: 'isTypeOf' | 'resolveType', value: (...told: never[]) => unknown): void {
  Reflect.set(type, name, value)
}

function hardened(type: GraphQLOutputType, isHard: (depth: number) => boolean, depth = 0): GraphQLOutputType {
  const inner = isListType(type) ? new GraphQLList(hardened(type.ofType, isHard, depth + 1)) : type
  return isHard(depth) && !isNonNullType(inner) ? new GraphQLNonNull(inner) : inner
}

class WorldValues {
  private readonly schema: GraphQLSchema
  private readonly hostileOnceIn: number
  private readonly log: string[]

  constructor(schema: GraphQLSchema, hostileOnceIn: number, log: string[]) {
    this.schema = schema
    this.hostileOnceIn = hostileOnceIn
    this.log = log
  }

  resolver(coordinate: string, type: GraphQLOutputType, seed: string) {
    return (source: unknown, args: unknown, _context: unknown, info: GraphQLResolveInfo) => {
      this.log.push(`${coordinate} ${told(args, info)}`)
      return this.value(type, `${seed} ${seedOf(source)} ${coordinate} ${JSON.stringify(args)}`)
    }
  }

  /** An object whose properties are as bad as what resolvers return; some are methods. */
  object(typeName: string, seed: string): object {
    const type = this.schema.getType(typeName)
    const object = { __typename: typeName, seed }
    if (!isObjectType(type)) return object
    for (const [name, field] of Object.entries(type.getFields())) {
      const place = `${seed} ${name}`
      const isMethod = hash(`${place} method`) % 5 === 0
      Object.defineProperty(object, name, {
        enumerable: true,
        get: () => {
          if (!isMethod) return this.value(field.type, place)
          return (args: unknown, _context: unknown, info: GraphQLResolveInfo) => {
            this.log.push(`method ${told(args, info)}`)
            return this.value(field.type, place)
          }
        },
      })
    }
    return object
  }

  typeOf(abstractType: string, value: unknown, info: GraphQLResolveInfo, seed: string): unknown {
    this.log.push(`type of ${abstractType} ${responsePathAsArray(info.path).join('.')}`)
    const place = `${seed} ${abstractType} ${seedOf(value)}`
    const name = typenameOf(value)
    return this.bad(
      place,
      () => this.badType(place),
      () => this.perhapsLater(place, name),
    )
  }

  isTypeOf(typeName: string, value: unknown, seed: string): unknown {
    this.log.push(`is ${typeName}`)
    const place = `${seed} is ${typeName} ${seedOf(value)}`
    const is = typenameOf(value) === typeName
    return this.bad(
      place,
      () => pick(place, [() => false, () => fail('no type'), () => undefined]),
      () => this.perhapsLater(place, is),
    )
  }

  serialized(value: unknown, seed: string): unknown {
    const place = `${seed} S ${typeof value} ${String(value)}`
    const badly = [
      () => undefined,
      () => null,
      () => fail('cannot be serialised'),
      () => ({ some: ['json', value] }),
      () => Promise.resolve('later'),
      () => Promise.reject(new Error('rejected by a scalar')),
    ]
    return this.bad(
      place,
      () => pick(place, badly),
      () => value,
    )
  }

  value(type: GraphQLOutputType, seed: string): unknown {
    const result = this.bad(
      seed,
      () => this.badValue(type, seed),
      () => this.goodValue(type, seed),
    )
    return this.perhapsLater(seed, result)
  }

  private goodValue(type: GraphQLOutputType, seed: string): unknown {
    if (isNonNullType(type)) return this.goodValue(type.ofType, seed)
    if (hash(`${seed} null`) % 9 === 0) return pick(seed, [() => null, () => undefined])
    if (isListType(type)) return this.list(type.ofType, seed)
    const named = getNamedType(type)
    if (isAbstractType(named)) {
      const possible = this.schema.getPossibleTypes(named)
      return this.object(possible[hash(`${seed} possible`) % possible.length]?.name ?? '', seed)
    }
    if (isObjectType(named)) return this.object(named.name, seed)
    if (isEnumType(named))
      return pick(
        seed,
        named.getValues().map(
          ({ value }) =>
            () =>
              value,
        ),
      )
    if (named.name === 'Int') return pick(seed, [() => 7, () => 0, () => '12', () => true])
    return pick(seed, [() => 'text', () => '', () => 7, () => false])
  }

  private list(item: GraphQLOutputType, seed: string): unknown {
    const items = Array.from({ length: hash(`${seed} length`) % 3 }, (_, index) => this.value(item, `${seed} ${index}`))
    return pick(`${seed} list`, [
      () => items,
      () => items,
      () => items,
      () => new Set(items),
      () => items.values(),
      () => Object.assign([...items], { length: items.length + 1 }),
    ])
  }

  private badValue(type: GraphQLOutputType, seed: string): unknown {
    return pick(seed, [
      () => null,
      () => undefined,
      () => fail('thrown'),
      () => {
        throw 'no error'
      },
      () => {
        throw new GraphQLError('located elsewhere', { path: ['elsewhere'] })
      },
      () => {
        throw new GraphQLError('with extensions', { extensions: { code: 'X' } })
      },
      () => new Error('returned'),
      () => Promise.reject(new Error('rejected')),
      () => Promise.reject(undefined),
      () => 'a text where it may be none',
      () => Number.NaN,
      () => ({ async *[Symbol.asyncIterator]() {} }),
      () => this.failingList(type, seed),
      () => thenable(this.goodValue(type, seed)),
      () => ({
        get __typename() {
          return fail('a getter')
        },
      }),
    ])
  }

  private *failingList(type: GraphQLOutputType, seed: string) {
    yield this.goodValue(type, `${seed} first`)
    throw new Error('a list that fails')
  }

  private badType(place: string): unknown {
    const badly = [
      () => null,
      () => 'Nothing',
      () => 'Query',
      () => 'E',
      () => 7,
      () => this.schema.getQueryType(),
      () => fail('no type'),
    ]
    return pick(place, badly)
  }

  private bad(place: string, badly: () => unknown, well: () => unknown): unknown {
    return hash(`${place} bad`) % this.hostileOnceIn === 0 ? badly() : well()
  }

  private perhapsLater(place: string, value: unknown): unknown {
    const ticks = [0, 0, 0, 1, 2, 5][hash(`${place} later`) % 6] ?? 0
    return ticks === 0 ? value : later(ticks, value)
  }
}

async function later(ticks: number, value: unknown): Promise<unknown> {
  for (let tick = 0; tick < ticks; tick++) await undefined
  return value
}

/** Keeps to the letter of what a promise is for graphql-js. */
function thenable(value: unknown): object {
  return {
    // biome-ignore lint/suspicious/noThenProperty: what a resolver returns may have one.
    then(onValue: (value: unknown) => unknown, onError: (error: unknown) => unknown) {
      return Promise.resolve(value).then(onValue, onError)
    },
  }
}

function fail(message: string): never {
  throw new Error(message)
}

function pick(place: string, among: readonly (() => unknown)[]): unknown {
  const picked = among[hash(`${place} pick`) % among.length]
  if (picked === undefined) throw new Error('There is nothing to pick from')
  return picked()
}

function seedOf(source: unknown): string {
  return typeof source === 'object' && source !== null && 'seed' in source ? String(source.seed) : typeof source
}

function typenameOf(value: unknown): string {
  return typeof value === 'object' && value !== null && '__typename' in value ? String(value.__typename) : 'Nothing'
}

/** All that a resolver is told, but for what is the same for the whole operation. */
function told(args: unknown, info: GraphQLResolveInfo): string {
  const { fieldName, fieldNodes, returnType, parentType, path, schema, fragments, operation, variableValues } = info
  const places = fieldNodes.map(({ loc }) => loc?.start)
  return JSON.stringify({
    args,
    keys: Object.keys(info),
    fieldName,
    places,
    returnType: String(returnType),
    parentType: String(parentType),
    path: pathOf(path),
    types: Object.keys(schema.getTypeMap()).length,
    fragments: Object.keys(fragments),
    operation: operation.loc?.start,
    variableValues,
  })
}

function pathOf(path: GraphQLResolveInfo['path'] | undefined): string {
  return path === undefined ? '' : `${pathOf(path.prev)} ${path.typename}.${path.key}`
}

/** Worlds of all kinds, from those in which nothing is bad to those in which most is. */
export function worldOptions(): fc.Arbitrary<Omit<WorldOptions, 'schema'>> {
  return fc.record({
    seed: fc.nat(5_000).map(String),
    hostileOnceIn: fc.constantFrom(1_000_000, 30, 12, 5),
    nonNullOnceIn: fc.constantFrom(1_000_000, 6, 3, 2),
  })
}
