import {
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
} from 'graphql'
import type { CostSettings } from '../cost-options.ts'
import { type ListSize, readListSize, readWeight } from './cost-directives.ts'
import { createInputCosts, type InputCost, type InputCosts } from './input-costs.ts'

/** Everything about one field of one object type that pricing needs. */
export interface FieldCost {
  /** The schema coordinate, `Type.field`. */
  readonly coordinate: string
  readonly weight: number
  readonly weightSource: WeightSource
  readonly isList: boolean
  readonly returnType: GraphQLNamedType
  /** Weight of one instance of the returned type; the largest of the possible types where it is abstract. */
  readonly typeWeight: number
  readonly listSize: ListSize | undefined
  readonly arguments: ReadonlyMap<string, InputCost>
}

/** The weights of a schema, read once and kept. */
export interface SchemaCosts {
  readonly schema: GraphQLSchema
  readonly settings: CostSettings
  readonly inputs: InputCosts
  field(parent: GraphQLObjectType, field: GraphQLField<unknown, unknown>): FieldCost
  typeWeight(type: GraphQLNamedType): number
  typeWeightSource(type: GraphQLObjectType): WeightSource
}

export type WeightSource = 'directive' | 'default'

export function createSchemaCosts(schema: GraphQLSchema, settings: CostSettings): SchemaCosts {
  const inputs = createInputCosts(settings)
  const fields = new WeakMap<GraphQLObjectType, Map<string, FieldCost>>()
  const typeWeights = new Map<string, number>()

  function typeWeight(type: GraphQLNamedType): number {
    let weight = typeWeights.get(type.name)
    if (weight === undefined) {
      const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : []
      weight =
        possible.length > 0 ? Math.max(...possible.map(typeWeight)) : (writtenWeight(type) ?? defaultTypeWeight(type))
      typeWeights.set(type.name, weight)
    }
    return weight
  }

  function writtenWeight(type: GraphQLNamedType): number | undefined {
    const written = readWeight([type.astNode, ...type.extensionASTNodes], settings.directives.cost)
    return written !== undefined && 'weight' in written ? written.weight : undefined
  }

  function defaultTypeWeight(type: GraphQLNamedType): number {
    if (!isCompositeType(type)) return 0
    if (settings.preset !== 'apolloRouter') return 1
    if (type === schema.getMutationType()) return 10
    return type === schema.getQueryType() || type === schema.getSubscriptionType() ? 0 : 1
  }

  function read(parent: GraphQLObjectType, field: GraphQLField<unknown, unknown>): FieldCost {
    const written = readWeight([field.astNode], settings.directives.cost)
    const returnType = getNamedType(field.type)
    const compositeWeight = settings.preset === 'apolloRouter' ? 0 : 1
    const hasWeight = written !== undefined && 'weight' in written
    return {
      coordinate: `${parent.name}.${field.name}`,
      weight: hasWeight ? written.weight : isCompositeType(returnType) ? compositeWeight : 0,
      weightSource: hasWeight ? 'directive' : 'default',
      isList: isList(field.type),
      returnType,
      typeWeight: typeWeight(returnType),
      listSize: readListSize(field.astNode, settings.directives.listSize),
      arguments: new Map(field.args.map((argument) => [argument.name, inputs.of(argument)])),
    }
  }

  return {
    schema,
    settings,
    inputs,
    typeWeight,
    typeWeightSource: (type) => (writtenWeight(type) === undefined ? 'default' : 'directive'),
    field(parent, field) {
      let known = fields.get(parent)
      if (known === undefined) {
        known = new Map()
        fields.set(parent, known)
      }
      let cost = known.get(field.name)
      if (cost === undefined) {
        cost = read(parent, field)
        known.set(field.name, cost)
      }
      return cost
    },
  }
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type))
}
