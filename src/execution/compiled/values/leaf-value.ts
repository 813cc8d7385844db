import { GraphQLBoolean, GraphQLFloat, GraphQLID, GraphQLInt, type GraphQLLeafType, GraphQLString } from 'graphql'
import { inspect } from 'graphql/jsutils/inspect.js'

/** What a built-in scalar leaves as it is. */
export type PlainLeaf = 'string' | 'int' | 'number' | 'boolean'

/** Completes a value that is no object of ours: null, or what its type makes of it. Throws where the type refuses it. */
export type LeafValue = (frame: unknown, value: unknown) => unknown

const compiled = new WeakMap<GraphQLLeafType, LeafValue>()

/** What the built-in scalars leave as it is needs no call. One for each type. */
export function compileLeaf(type: GraphQLLeafType): LeafValue {
  const known = compiled.get(type)
  if (known !== undefined) return known
  const leaf = leafValue(type)
  compiled.set(type, leaf)
  return leaf
}

function leafValue(type: GraphQLLeafType): LeafValue {
  switch (plainLeaf(type)) {
    case 'string':
      return (_, value) => (typeof value === 'string' ? value : serialize(type, value))
    case 'int':
      return (_, value) => (isInt(value) ? value : serialize(type, value))
    case 'number':
      return (_, value) => (Number.isFinite(value) ? value : serialize(type, value))
    case 'boolean':
      return (_, value) => (typeof value === 'boolean' ? value : serialize(type, value))
    case undefined:
      return (_, value) => serialize(type, value)
  }
}

/** Undefined for what is no built-in scalar. */
export function plainLeaf(type: GraphQLLeafType): PlainLeaf | undefined {
  switch (type.serialize) {
    case builtIn.string:
    case builtIn.id:
      return 'string'
    case builtIn.int:
      return 'int'
    case builtIn.float:
      return 'number'
    case builtIn.boolean:
      return 'boolean'
    default:
      return undefined
  }
}

const builtIn = {
  string: GraphQLString.serialize,
  id: GraphQLID.serialize,
  int: GraphQLInt.serialize,
  float: GraphQLFloat.serialize,
  boolean: GraphQLBoolean.serialize,
}

function isInt(value: unknown): boolean {
  return typeof value === 'number' && (value | 0) === value
}

function serialize(type: GraphQLLeafType, value: unknown): unknown {
  if (value instanceof Error) throw value
  if (value === null || value === undefined) return null
  const serialized = type.serialize(value)
  if (serialized !== null && serialized !== undefined) return serialized
  const call = `\`${inspect(type)}.serialize(${inspect(value)})\``
  throw new Error(`Expected ${call} to return non-nullable value, returned: ${inspect(serialized)}`)
}
