import {
  GraphQLBoolean,
  GraphQLID,
  GraphQLInt,
  type GraphQLSchema,
  GraphQLString,
  isScalarType,
  Kind,
  type VariableDefinitionNode,
} from 'graphql'

/**
 * What graphql-js makes of variables whose values are, each, just what a built-in scalar takes: most are. Undefined where
 * it has to look itself, because of another type, or of a value that is missing or may be a mistake.
 */
export function plainVariables(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  variables: Readonly<Record<string, unknown>>,
): Record<string, unknown> | undefined {
  const values: Record<string, unknown> = {}
  for (const { variable, type: declared } of definitions) {
    const named = declared.kind === Kind.NON_NULL_TYPE ? declared.type : declared
    const type = named.kind === Kind.NAMED_TYPE ? schema.getType(named.name.value) : undefined
    const name = variable.name.value
    if (!isScalarType(type) || !Object.hasOwn(variables, name)) return undefined
    const value = variables[name]
    if (!isPlain(type.parseValue, value)) return undefined
    values[name] = value
  }
  return values
}

/** A schema may have scalars of its own under the names of the built-in ones, which parse in ways of their own. */
const built = {
  int: GraphQLInt.parseValue,
  string: GraphQLString.parseValue,
  id: GraphQLID.parseValue,
  boolean: GraphQLBoolean.parseValue,
}

function isPlain(parseValue: unknown, value: unknown): boolean {
  switch (parseValue) {
    case built.int:
      return typeof value === 'number' && (value | 0) === value
    case built.string:
    case built.id:
      return typeof value === 'string'
    case built.boolean:
      return typeof value === 'boolean'
    default:
      return false
  }
}
