import {
  type ArgumentNode,
  type FieldNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  getArgumentValues,
  getNullableType,
  isEnumType,
  isNonNullType,
  isScalarType,
  isSpecifiedScalarType,
  Kind,
  valueFromAST,
} from 'graphql'

type Variables = Readonly<Record<string, unknown>>

/** Makes the arguments of one call: a new object each time, since resolvers may change it. */
export type ArgumentValues = (variables: Variables) => Record<string, unknown>

/**
 * Compiles the arguments of a field as it is selected. What is wrong with them is left to graphql-js, which says it when
 * the field runs.
 */
export function compileArguments(definition: GraphQLField<unknown, unknown>, node: FieldNode): ArgumentValues {
  if (definition.args.length === 0) return () => ({})
  const given = new Map(node.arguments?.map((argument) => [argument.name.value, argument]))
  const interpret: ArgumentValues = (variables) => getArgumentValues(definition, node, variables)
  const compiled: (VariableArgument | ConstantArgument)[] = []
  for (const argument of definition.args) {
    const one = compileArgument(argument, given.get(argument.name))
    if (one === 'interpreted') return interpret
    if (one !== 'absent') compiled.push(one)
  }
  return (variables) => {
    // Spread from another object, each would be made in V8's old space.
    const values: Record<string, unknown> = {}
    for (const argument of compiled) {
      if (!('variableName' in argument)) {
        values[argument.name] = argument.value
        continue
      }
      const { name, variableName, isNonNull, defaultValue } = argument
      const isGiven = Object.hasOwn(variables, variableName)
      const value = isGiven ? variables[variableName] : defaultValue
      // Neither is one that is absent and has no default: it leaves no key.
      if (value === undefined || (isGiven && isNonNull && value === null)) return interpret(variables)
      values[name] = value
    }
    return values
  }
}

interface ConstantArgument {
  readonly name: string
  readonly value: unknown
}

interface VariableArgument {
  readonly name: string
  readonly variableName: string
  readonly isNonNull: boolean
  readonly defaultValue: unknown
}

function compileArgument(
  { name, type, defaultValue }: GraphQLArgument,
  node: ArgumentNode | undefined,
): VariableArgument | ConstantArgument | 'absent' | 'interpreted' {
  const isNonNull = isNonNullType(type)
  if (node === undefined) {
    if (defaultValue !== undefined) return { name, value: defaultValue }
    return isNonNull ? 'interpreted' : 'absent'
  }
  const { value } = node
  if (value.kind === Kind.VARIABLE) return { name, variableName: value.name.value, isNonNull, defaultValue }
  if (!isPlainLeaf(type) || (isNonNull && value.kind === Kind.NULL)) return 'interpreted'
  const coerced = valueFromAST(value, type)
  return coerced === undefined ? 'interpreted' : { name, value: coerced }
}

/** Whether a literal of the type means the same each time, and nothing that a resolver could change. */
function isPlainLeaf(type: GraphQLInputType): boolean {
  const nullable = getNullableType(type)
  return isEnumType(nullable) || (isScalarType(nullable) && isSpecifiedScalarType(nullable))
}
