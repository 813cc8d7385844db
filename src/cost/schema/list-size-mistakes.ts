import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
} from 'graphql'
import { directiveArgument, type ListSize } from './cost-directives.ts'
import type { SchemaMistake } from './cost-schema-error.ts'
import { slicingArgumentProblem } from './slicing-argument.ts'

/** Finds every mistake in the `@listSize` of one field. */
export function findListSizeMistakes(
  schema: GraphQLSchema,
  coordinate: string,
  field: GraphQLField<unknown, unknown>,
  node: ConstDirectiveNode,
  listSize: ListSize,
): readonly SchemaMistake[] {
  const { assumedSize, slicingArguments, sizedFields } = listSize
  const directive = `@${node.name.value}`
  const mistakes: SchemaMistake[] = []
  const report = (rule: SchemaMistake['rule'], message: string) =>
    mistakes.push({ coordinate, rule, message: `${directive} ${message}` })

  for (const [name, { allowed, fits }] of Object.entries(argumentValues)) {
    const value = directiveArgument(node, name)
    if (value === undefined || value.kind === Kind.NULL || fits(value)) continue
    report('List Size Directive', `has ${name}: ${written(value)}; ${name} is ${allowed}.`)
  }
  if (assumedSize !== undefined && assumedSize < 0) {
    report('Valid Assumed Size', `assumes ${assumedSize} items; assumedSize is 0 or more.`)
  }
  if (sizedFields.length === 0 && !isListType(getNullableType(field.type))) {
    report('Valid List Size Target', 'is on a field that returns no list; name the lists below it in sizedFields.')
  }
  for (const [path, problem] of problems(sizedFields, (path) =>
    sizedFieldProblem(schema, getNamedType(field.type), path),
  )) {
    report('Valid Sized Fields Target', `names the sized field "${path}": ${problem}.`)
  }
  for (const [path, problem] of problems(slicingArguments, (path) => slicingArgumentProblem(field.args, path))) {
    report('Valid Slicing Arguments Target', `names the slicing argument "${path}": ${problem}.`)
  }
  if (assumedSize === undefined || slicingArguments.length === 0) return mistakes
  if (listSize.requireOneSlicingArgument) {
    report(
      'Valid Assumed Size',
      'has assumedSize and requires a slicing argument, so the assumed size never applies; ' +
        'add requireOneSlicingArgument: false, or remove assumedSize.',
    )
  }
  // A default inside an object leaves room for the assumed size: the client may give an object without that field.
  for (const { name, defaultValue } of field.args) {
    if (defaultValue === undefined || defaultValue === null || !slicingArguments.includes(name)) continue
    report(
      'Valid Assumed Size',
      `has assumedSize, but its slicing argument "${name}" has a default, so the assumed size never applies; ` +
        'remove one of the two.',
    )
  }
  return mistakes
}

const argumentValues = {
  assumedSize: { allowed: 'an Int', fits: ({ kind }) => kind === Kind.INT },
  slicingArguments: { allowed: 'a list of strings', fits: isStrings },
  sizedFields: { allowed: 'a list of strings', fits: isStrings },
  requireOneSlicingArgument: { allowed: 'true or false', fits: ({ kind }) => kind === Kind.BOOLEAN },
} satisfies Record<keyof ListSize, { readonly allowed: string; readonly fits: (value: ConstValueNode) => boolean }>

// GraphQL coerces a single value to a list of one.
function isStrings(value: ConstValueNode): boolean {
  return (
    value.kind === Kind.STRING || (value.kind === Kind.LIST && value.values.every(({ kind }) => kind === Kind.STRING))
  )
}

function written(value: ConstValueNode): string {
  if (value.kind === Kind.LIST) return `[${value.values.map(written).join(', ')}]`
  if (value.kind === Kind.OBJECT) return 'an object'
  if (value.kind === Kind.NULL) return 'null'
  return value.kind === Kind.STRING ? `"${value.value}"` : `${value.value}`
}

function* problems(
  paths: readonly string[],
  problemOf: (path: readonly string[]) => string | undefined,
): Generator<readonly [string, string]> {
  for (const [index, path] of paths.entries()) {
    const names = path.split('.')
    const problem = names.includes('') ? 'a name in it is empty' : problemOf(names)
    if (problem !== undefined) yield [path, problem]
    else if (paths.indexOf(path) < index) yield [path, 'it is named before']
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
