import {
  type GraphQLArgument,
  type GraphQLField,
  GraphQLFloat,
  type GraphQLInputType,
  GraphQLInt,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql'
import { type CostDirectiveNames, type ListSize, readListSize, readWeight } from './cost-directives.ts'
import type { SchemaMistake } from './cost-schema-error.ts'

/** Finds every mistake in a schema's cost directives, in the order of its types. */
export function findSchemaMistakes(schema: GraphQLSchema, names: CostDirectiveNames): readonly SchemaMistake[] {
  const mistakes: SchemaMistake[] = []
  const report = (coordinate: string, message: string) => mistakes.push({ coordinate, message })

  function checkWeight(coordinate: string, ...nodes: Parameters<typeof readWeight>[0]): void {
    const written = readWeight(nodes, names.cost)
    if (written !== undefined && 'invalid' in written) {
      report(coordinate, `@${names.cost} has the weight "${written.invalid}"; a weight is a number, such as "2.5".`)
    }
  }

  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue
    checkWeight(type.name, type.astNode, ...type.extensionASTNodes)
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) checkWeight(`${type.name}.${field.name}`, field.astNode)
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`
      checkWeight(coordinate, field.astNode)
      for (const argument of field.args) checkWeight(`${coordinate}(${argument.name}:)`, argument.astNode)
      checkInterfaceField(type, field, coordinate)
      const listSize = readListSize(field.astNode, names.listSize)
      if (listSize !== undefined) checkListSize(field, listSize, coordinate)
    }
  }
  for (const directive of schema.getDirectives()) {
    for (const argument of directive.args) checkWeight(`@${directive.name}(${argument.name}:)`, argument.astNode)
  }
  return mistakes

  function checkInterfaceField(
    type: GraphQLObjectType | GraphQLInterfaceType,
    field: GraphQLField<unknown, unknown>,
    coordinate: string,
  ): void {
    if (isInterfaceType(type) && readWeight([field.astNode], names.cost) !== undefined) {
      report(coordinate, `@${names.cost} is not allowed on fields of interfaces; put it on the implementing types.`)
    }
  }

  function checkListSize(field: GraphQLField<unknown, unknown>, listSize: ListSize, coordinate: string): void {
    const { assumedSize, slicingArguments, sizedFields } = listSize
    const directive = `@${names.listSize}`
    if (assumedSize !== undefined && assumedSize < 0) {
      report(coordinate, `${directive} assumes ${assumedSize} items; assumedSize is 0 or more.`)
    }
    if (sizedFields.length === 0 && !isListType(getNullableType(field.type))) {
      report(coordinate, `${directive} is on a field that returns no list; name the lists below it in sizedFields.`)
    }
    for (const path of sizedFields) {
      const problem = sizedFieldProblem(schema, getNamedType(field.type), path.split('.'))
      if (problem !== undefined) report(coordinate, `${directive} names the sized field "${path}": ${problem}.`)
    }
    for (const path of slicingArguments) {
      const problem = slicingArgumentProblem(field.args, path.split('.'))
      if (problem !== undefined) report(coordinate, `${directive} names the slicing argument "${path}": ${problem}.`)
    }
    if (assumedSize === undefined || slicingArguments.length === 0) return
    if (listSize.requireOneSlicingArgument) {
      report(
        coordinate,
        `${directive} has assumedSize and requires a slicing argument, so the assumed size never applies; ` +
          'add requireOneSlicingArgument: false, or remove assumedSize.',
      )
    }
    for (const argument of field.args) {
      if (argument.defaultValue === undefined || argument.defaultValue === null) continue
      if (!slicingArguments.includes(argument.name)) continue
      report(
        coordinate,
        `${directive} has assumedSize, but its slicing argument "${argument.name}" has a default, so the assumed ` +
          'size never applies; remove one of the two.',
      )
    }
  }
}

function sizedFieldProblem(schema: GraphQLSchema, type: GraphQLNamedType, path: readonly string[]): string | undefined {
  const [name = '', ...rest] = path
  const owners = isAbstractType(type) ? [type, ...schema.getPossibleTypes(type)] : [type]
  const owner = owners.find(
    (candidate) => (isObjectType(candidate) || isInterfaceType(candidate)) && candidate.getFields()[name],
  )
  const field = isObjectType(owner) || isInterfaceType(owner) ? owner.getFields()[name] : undefined
  if (field === undefined) return `${type.name} has no field "${name}"`
  if (rest.length > 0) return sizedFieldProblem(schema, getNamedType(field.type), rest)
  return isListType(getNullableType(field.type)) ? undefined : `${type.name}.${name} returns no list`
}

function slicingArgumentProblem(args: readonly GraphQLArgument[], path: readonly string[]): string | undefined {
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
