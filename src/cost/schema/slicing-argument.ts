import {
  type GraphQLArgument,
  GraphQLFloat,
  type GraphQLInputField,
  type GraphQLInputType,
  GraphQLInt,
  getNullableType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql'

/** Why an argument, or what a path leads to inside one, cannot be a slicing argument; undefined where it can. */
export function slicingArgumentProblem(args: readonly GraphQLArgument[], path: readonly string[]): string | undefined {
  const [name, ...rest] = path
  const argument = args.find((candidate) => candidate.name === name)
  return argument === undefined ? `there is no argument "${name}"` : slicingTypeProblem(argument.type, rest)
}

// A custom scalar may well be a positive integer, so it has the benefit of the doubt.
function slicingTypeProblem(type: GraphQLInputType, path: readonly string[]): string | undefined {
  const nullable = getNullableType(type)
  const [name, ...rest] = path
  if (name !== undefined) {
    if (!isInputObjectType(nullable)) return `${nullable} has no fields, so no "${name}"`
    const field = nullable.getFields()[name]
    return field === undefined ? `${nullable} has no field "${name}"` : slicingTypeProblem(field.type, rest)
  }
  if (isListType(nullable) || nullable === GraphQLInt || nullable === GraphQLFloat) return undefined
  if (isScalarType(nullable) && !isSpecifiedScalarType(nullable)) return undefined
  return `it is of type ${type}; a slicing argument is a number or a list`
}

/** Whether a slicing argument has a value unless the client writes null: each step of its path is required or has a default. */
export function alwaysHasValue(args: readonly GraphQLArgument[], path: string): boolean {
  return steps(args, path).every(({ type, defaultValue }) => isNonNullType(type) || (defaultValue ?? null) !== null)
}

/** Whether each valid operation gives a slicing argument a size. A custom scalar may hold what is no number. */
export function mustBeGiven(args: readonly GraphQLArgument[], path: string): boolean {
  const inputs = steps(args, path)
  const size = getNullableType(inputs.at(-1)?.type)
  const hasSize = isListType(size) || (isScalarType(size) && isSpecifiedScalarType(size))
  return hasSize && inputs.every(({ type }) => isNonNullType(type))
}

/** The argument and the input fields that a path goes through. */
function steps(args: readonly GraphQLArgument[], path: string): readonly (GraphQLArgument | GraphQLInputField)[] {
  const [name, ...inside] = path.split('.')
  let input: GraphQLArgument | GraphQLInputField | undefined = args.find((argument) => argument.name === name)
  const found = input === undefined ? [] : [input]
  for (const next of inside) {
    const type = getNullableType(input?.type)
    input = isInputObjectType(type) ? type.getFields()[next] : undefined
    if (input !== undefined) found.push(input)
  }
  return found
}
