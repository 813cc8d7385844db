import {
  DirectiveLocation,
  type GraphQLArgument,
  type GraphQLDirective,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInterfaceType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isObjectType,
} from 'graphql'
import { type Annotated, type CostDirectiveNames, findDirective, readWeight } from '../cost-directives.ts'
import type { SchemaReach } from './schema-reach.ts'
import type { SchemaWarning } from './schema-warning.ts'

type Warnings = Generator<SchemaWarning>

/** Makes the functions that find what the cost directives say on a type, or on a directive, and never counts. */
export function createWeightChecks(schema: GraphQLSchema, names: CostDirectiveNames, reach: SchemaReach) {
  const cost = `@${names.cost}`
  const listSize = `@${names.listSize}`
  const hasCost = ({ astNode }: Described) => findDirective([astNode], names.cost) !== undefined
  const hasListSize = ({ astNode }: Described) => findDirective([astNode], names.listSize) !== undefined

  return { ofType, ofDirective }

  function* ofType(type: GraphQLNamedType): Warnings {
    const coordinate = type.name
    const weighted = findDirective([type.astNode, ...type.extensionASTNodes], names.cost) !== undefined
    if (weighted && isAbstractType(type)) {
      yield { coordinate, message: `${cost} never counts here: the largest weight of the possible types does.` }
    }
    if (weighted && isInputObjectType(type)) {
      yield { coordinate, message: `${cost} never counts here: arguments and input fields of this type carry it.` }
    }
    if (weighted && isLeafType(type) && !reach.outputs.has(type)) {
      yield { coordinate, message: `${cost} never counts: no field that an operation comes to returns this type.` }
    }
    if (isInterfaceType(type)) yield* ofInterface(type)
    if (isObjectType(type)) yield* ofObject(type, weighted)
    if (isInputObjectType(type)) yield* ofInputObject(type)
    if (!isEnumType(type)) return
    for (const { name } of type.getValues().filter(hasCost)) {
      yield { coordinate: `${coordinate}.${name}`, message: `${cost} never counts here: only that of the enum does.` }
    }
  }

  function* ofInterface(type: GraphQLInterfaceType): Warnings {
    const objects = schema.getPossibleTypes(type)
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`
      for (const { name } of field.args.filter(hasCost)) {
        const message = `${cost} never counts on interfaces: put it on the argument of the implementing types.`
        yield { coordinate: `${coordinate}(${name}:)`, message }
      }
      const without = objects.filter((object) => !hasListSize(object.getFields()[field.name] ?? {}))
      if (!hasListSize(field) || without.length === 0) continue
      const where = without.map(({ name }) => `${name}.${field.name}`).join(', ')
      yield { coordinate, message: `${listSize} never counts on interfaces: put it on ${where} as well.` }
    }
  }

  function* ofObject(type: GraphQLObjectType, weighted: boolean): Warnings {
    const fields = Object.values(type.getFields())
    if (reach.outputs.has(type)) {
      for (const field of fields) {
        for (const argument of field.args) yield* ofInput(`${type.name}.${field.name}(${argument.name}:)`, argument)
      }
    } else if (weighted || fields.some((field) => hasCost(field) || hasListSize(field) || field.args.some(hasCost))) {
      const message = `no operation comes to this type, so ${cost} and ${listSize} never count on it.`
      yield { coordinate: type.name, message }
    }
  }

  function* ofInputObject(type: GraphQLInputObjectType): Warnings {
    const fields = Object.values(type.getFields())
    if (reach.inputs.has(type)) {
      for (const field of fields) yield* ofInput(`${type.name}.${field.name}`, field)
    } else if (fields.some(hasCost)) {
      yield { coordinate: type.name, message: `no operation can give it a value, so ${cost} never counts in it.` }
    }
  }

  function* ofDirective({ name, args, locations }: GraphQLDirective): Warnings {
    const counts = locations.includes(DirectiveLocation.FIELD)
    for (const argument of args) {
      const coordinate = `@${name}(${argument.name}:)`
      if (counts) yield* ofInput(coordinate, argument)
      else if (hasCost(argument)) {
        yield { coordinate, message: `${cost} never counts: @${name} cannot stand on the fields of an operation.` }
      }
    }
  }

  function* ofInput(coordinate: string, input: GraphQLArgument | GraphQLInputField): Warnings {
    const written = readWeight([input.astNode], names.cost)
    const unwritten = isInputObjectType(getNamedType(input.type)) ? 1 : 0
    if (written === undefined || !('weight' in written) || written.weight !== unwritten) return
    yield { coordinate, message: `${cost} changes nothing: ${unwritten} is what it weighs by default.` }
  }
}

interface Described {
  readonly astNode?: Annotated | null | undefined
}
