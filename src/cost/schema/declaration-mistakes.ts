import {
  type GraphQLDirective,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isListType,
  isScalarType,
  isSpecifiedScalarType,
} from 'graphql'
import type { CostDirectiveNames } from './cost-directives.ts'
import type { SchemaMistake } from './cost-schema-error.ts'

const LIST_SIZE_ARGUMENTS = ['assumedSize', 'slicingArguments', 'sizedFields', 'requireOneSlicingArgument']

/**
 * Finds what is wrong with the declarations of the two directives: another tool may use the same names for something
 * else. Further arguments are nobody's harm, and so are missing ones of `@listSize`.
 */
export function findDeclarationMistakes(schema: GraphQLSchema, names: CostDirectiveNames): readonly SchemaMistake[] {
  const cost = schema.getDirective(names.cost)
  const listSize = schema.getDirective(names.listSize)
  return [...(cost ? costMistakes(cost) : []), ...(listSize ? listSizeMistakes(listSize) : [])]
}

function costMistakes(directive: GraphQLDirective): SchemaMistake[] {
  const coordinate = `@${directive.name}`
  const rule = 'Cost Directive'
  const mistakes: SchemaMistake[] = repetition(directive, rule)
  const weight = directive.args.find(({ name }) => name === 'weight')
  if (weight === undefined) {
    const others = directive.args.map(({ name }) => `"${name}"`).join(', ') || 'no arguments'
    mistakes.push({
      coordinate,
      rule,
      message: `${coordinate} is declared with ${others}; declare "weight: String!", or give the directive that sets weights by its own name.`,
    })
  } else if (!holdsWeight(weight.type)) {
    mistakes.push({
      coordinate: `${coordinate}(weight:)`,
      rule,
      message: `${coordinate} declares its weight as ${weight.type}; a weight is a String, an Int or a Float.`,
    })
  }
  return mistakes
}

function listSizeMistakes(directive: GraphQLDirective): SchemaMistake[] {
  const coordinate = `@${directive.name}`
  const rule = 'List Size Directive'
  const mistakes: SchemaMistake[] = repetition(directive, rule)
  const known = directive.args.filter(({ name }) => LIST_SIZE_ARGUMENTS.includes(name))
  if (known.length === 0) {
    mistakes.push({
      coordinate,
      rule,
      message: `${coordinate} is declared without any of ${LIST_SIZE_ARGUMENTS.join(', ')}, so it can say no size; declare them, or give the directive that does by its own name.`,
    })
  }
  for (const { name, type, defaultValue } of known) {
    const allowed = name === 'assumedSize' ? 'Int' : name === 'requireOneSlicingArgument' ? 'Boolean' : '[String!]'
    if (`${getNullableType(type)}`.replaceAll('!', '') !== allowed.replaceAll('!', '')) {
      mistakes.push({
        coordinate: `${coordinate}(${name}:)`,
        rule,
        message: `${coordinate} declares ${name} as ${type}; it is ${allowed}.`,
      })
    } else if (allowed === 'Boolean' && defaultValue !== undefined && defaultValue !== true) {
      mistakes.push({
        coordinate: `${coordinate}(${name}:)`,
        rule,
        message: `${coordinate} declares ${name} with the default ${defaultValue}; its default is true. Write ${name}: ${defaultValue} where it is meant.`,
      })
    }
  }
  return mistakes
}

function repetition(directive: GraphQLDirective, rule: SchemaMistake['rule']): SchemaMistake[] {
  if (!directive.isRepeatable) return []
  const coordinate = `@${directive.name}`
  return [{ coordinate, rule, message: `${coordinate} is declared repeatable, but only one on each location counts.` }]
}

// A custom scalar may well hold a number.
function holdsWeight(type: GraphQLInputType): boolean {
  const nullable = getNullableType(type)
  if (isListType(nullable) || !isScalarType(nullable)) return false
  return ['String', 'Int', 'Float'].includes(nullable.name) || !isSpecifiedScalarType(nullable)
}
