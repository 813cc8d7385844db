import {
  DirectiveLocation,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isInputObjectType,
  isObjectType,
} from 'graphql'

/** A field as one object type has it. */
export interface ObjectField {
  readonly coordinate: string
  readonly field: GraphQLField<unknown, unknown>
}

/** What the operations of a schema can come to. */
export interface SchemaReach {
  /** The types at which operations start. */
  readonly roots: ReadonlySet<GraphQLNamedType>
  /** Every type that some field returns, the root types, and the possible types of abstract ones. */
  readonly outputs: ReadonlySet<GraphQLNamedType>
  /** Every type of an argument of such a field, or of a directive on it, and of the input fields inside. */
  readonly inputs: ReadonlySet<GraphQLNamedType>
  /** The object types that a field's type stands for. */
  objectTypes(type: GraphQLNamedType): readonly GraphQLObjectType[]
  /** The fields by which an operation comes to an object type. */
  waysTo(type: GraphQLObjectType): readonly ObjectField[]
}

export function createSchemaReach(schema: GraphQLSchema): SchemaReach {
  const rootTypes = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]
  const roots = new Set(rootTypes.filter((type) => type !== undefined && type !== null))
  const outputs = new Set<GraphQLNamedType>(roots)
  const inputs = new Set<GraphQLNamedType>()
  const ways = new Map<GraphQLObjectType, ObjectField[]>()

  function objectTypes(type: GraphQLNamedType): readonly GraphQLObjectType[] {
    if (isObjectType(type)) return [type]
    return isAbstractType(type) ? schema.getPossibleTypes(type) : []
  }

  // A set that grows is gone through to its end, so each type is come to once.
  for (const type of outputs) {
    for (const possible of objectTypes(type)) outputs.add(possible)
    if (!isObjectType(type)) continue
    for (const field of Object.values(type.getFields())) {
      for (const argument of field.args) inputs.add(getNamedType(argument.type))
      const returned = getNamedType(field.type)
      outputs.add(returned)
      for (const possible of objectTypes(returned)) {
        const known = ways.get(possible) ?? []
        known.push({ coordinate: `${type.name}.${field.name}`, field })
        ways.set(possible, known)
      }
    }
  }
  for (const directive of schema.getDirectives()) {
    if (!directive.locations.includes(DirectiveLocation.FIELD)) continue
    for (const argument of directive.args) inputs.add(getNamedType(argument.type))
  }
  for (const type of inputs) {
    if (!isInputObjectType(type)) continue
    for (const field of Object.values(type.getFields())) inputs.add(getNamedType(field.type))
  }
  return { roots, outputs, inputs, objectTypes, waysTo: (type) => ways.get(type) ?? [] }
}
