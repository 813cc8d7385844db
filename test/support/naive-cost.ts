import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  getVariableValues,
  isAbstractType,
  isCompositeType,
  isInputObjectType,
  isListType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

/** What DESIGN's cost model says of an operation with concrete variables. */
export interface NaiveCost {
  readonly fieldCost: number
  readonly typeCost: number
}

export interface NaiveOptions {
  readonly defaultListSize: number
  readonly preset: 'ibm' | 'apolloRouter'
}

/**
 * The cost model once more, literally and slowly: an execution in which every list is full, played for every possible
 * type. Values are coerced by graphql-js itself. Raw sums, with Infinity where there is no bound.
 */
export class NaiveExecution {
  readonly root: GraphQLObjectType
  readonly rootSelections: readonly SelectionSetNode[]
  private readonly schema: GraphQLSchema
  private readonly options: NaiveOptions
  private readonly variables: Record<string, unknown>
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>

  /** For a document of one operation. */
  constructor(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Record<string, unknown>,
    options: NaiveOptions,
  ) {
    const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)
    const root = operation && schema.getRootType(operation.operation)
    if (!operation || !root) throw new Error('The document has no operation that the schema can run.')
    const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables)
    if (coerced === undefined) throw new Error(String(errors))
    const fragments = document.definitions.filter((node) => node.kind === Kind.FRAGMENT_DEFINITION)
    this.schema = schema
    this.options = options
    this.variables = coerced
    this.fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]))
    this.root = root
    this.rootSelections = [operation.selectionSet]
  }

  cost(): NaiveCost {
    const { fieldCost, typeCost } = this.selectionCost(this.root, this.rootSelections, [])
    return { fieldCost, typeCost: Math.max(0, this.typeWeight(this.root) + typeCost) }
  }

  /** CollectFields of the GraphQL specification. */
  collect(type: GraphQLObjectType, selections: readonly SelectionSetNode[]): ReadonlyMap<string, readonly FieldNode[]> {
    const fields = new Map<string, FieldNode[]>()
    const visited = new Set<string>()
    const visit = (selectionSet: SelectionSetNode): void => {
      for (const node of selectionSet.selections) {
        if (!this.isIncluded(node)) continue
        if (node.kind === Kind.FIELD) {
          const name = node.alias?.value ?? node.name.value
          fields.set(name, [...(fields.get(name) ?? []), node])
          continue
        }
        const fragment = node.kind === Kind.INLINE_FRAGMENT ? node : this.fragments.get(node.name.value)
        if (node.kind === Kind.FRAGMENT_SPREAD) {
          if (visited.has(node.name.value)) continue
          visited.add(node.name.value)
        }
        if (fragment !== undefined && this.appliesTo(fragment.typeCondition?.name.value, type))
          visit(fragment.selectionSet)
      }
    }
    for (const selectionSet of selections) visit(selectionSet)
    return fields
  }

  /** The field of one response name on one type, played: undefined for introspection. */
  field(
    parent: GraphQLObjectType,
    nodes: readonly FieldNode[],
    handed: readonly HandedSize[],
  ): PlayedField | undefined {
    const [node] = nodes
    const definition = parent.getFields()[node?.name.value ?? '']
    if (node === undefined || definition === undefined) return undefined
    const listSize = this.listSize(definition)
    const isList = isListType(getNullableType(definition.type))
    const values = getArgumentValues(definition, node, this.variables)
    const slices = (listSize?.slicingArguments ?? []).flatMap((path) =>
      sizeOf(definition.args, values, path.split('.')),
    )
    const said = slices.length > 0 ? Math.max(...slices) : listSize?.assumedSize
    const here = handed
      .filter(({ path }) => path[0] === definition.name)
      .map(({ path, size }) => ({ path: path.slice(1), size }))
    const inherited = here.find(({ path }) => path.length === 0)?.size
    const handsOver = listSize !== undefined && listSize.sizedFields.length > 0
    const own =
      handsOver && said !== undefined ? listSize.sizedFields.map((path) => ({ path: path.split('.'), size: said })) : []
    return {
      definition,
      isList,
      size: isList ? (inherited ?? (handsOver ? undefined : said) ?? this.options.defaultListSize) : 1,
      call: Math.max(
        0,
        this.fieldWeight(definition) + this.argumentsCost(definition.args, values) + this.directivesCost(node),
      ),
      returnType: getNamedType(definition.type),
      selections: nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
      // The parent's word goes before what comes from further up.
      handed: [...own, ...here.filter(({ path }) => path.length > 0)],
    }
  }

  typeWeight(type: GraphQLNamedType): number {
    if (isAbstractType(type)) return Math.max(...this.possibleTypes(type).map((object) => this.typeWeight(object)))
    const written = this.written(type.astNode)
    if (written !== undefined) return written
    if (this.options.preset === 'apolloRouter') {
      if (type === this.schema.getMutationType()) return 10
      if (type === this.schema.getQueryType() || type === this.schema.getSubscriptionType()) return 0
    }
    return isCompositeType(type) ? 1 : 0
  }

  possibleTypes(type: GraphQLNamedType): readonly GraphQLObjectType[] {
    if (isObjectType(type)) return [type]
    return isAbstractType(type) ? this.schema.getPossibleTypes(type) : []
  }

  private selectionCost(
    type: GraphQLNamedType,
    selections: readonly SelectionSetNode[],
    handed: readonly HandedSize[],
  ): NaiveCost {
    const alternatives = this.possibleTypes(type).map((object) => this.objectCost(object, selections, handed))
    return {
      fieldCost: Math.max(0, ...alternatives.map(({ fieldCost }) => fieldCost)),
      typeCost: Math.max(0, ...alternatives.map(({ typeCost }) => typeCost)),
    }
  }

  private objectCost(
    type: GraphQLObjectType,
    selections: readonly SelectionSetNode[],
    handed: readonly HandedSize[],
  ): NaiveCost {
    let fieldCost = 0
    let typeCost = 0
    for (const nodes of this.collect(type, selections).values()) {
      const field = this.field(type, nodes, handed)
      if (field === undefined) continue
      const children = this.selectionCost(field.returnType, field.selections, field.handed)
      fieldCost += field.call + product(field.size, children.fieldCost)
      typeCost += Math.max(0, product(field.size, this.typeWeight(field.returnType) + children.typeCost))
    }
    return { fieldCost, typeCost }
  }

  private isIncluded(node: SelectionNode): boolean {
    const [skip, include] = ['skip', 'include'].map((name) => {
      const definition = this.schema.getDirective(name)
      return definition ? getDirectiveValues(definition, node, this.variables)?.['if'] : undefined
    })
    return skip !== true && include !== false
  }

  private appliesTo(condition: string | undefined, type: GraphQLObjectType): boolean {
    const named = condition === undefined ? type : this.schema.getType(condition)
    return named !== undefined && this.possibleTypes(named).includes(type)
  }

  // Of merged fields, the directives of the first count: the others are never seen by a resolver.
  private directivesCost(node: FieldNode): number {
    let cost = 0
    for (const directive of node.directives ?? []) {
      const definition = this.schema.getDirective(directive.name.value)
      if (definition)
        cost += this.argumentsCost(definition.args, getArgumentValues(definition, directive, this.variables))
    }
    return cost
  }

  private argumentsCost(
    inputs: readonly (GraphQLArgument | GraphQLInputField)[],
    values: Readonly<Record<string, unknown>>,
  ): number {
    let cost = 0
    for (const input of inputs) {
      if (!Object.hasOwn(values, input.name)) continue
      const value = values[input.name]
      const composite = isInputObjectType(getNamedType(input.type))
      const weight = this.written(input.astNode) ?? (composite ? 1 : 0)
      const times = this.options.preset === 'apolloRouter' && Array.isArray(value) ? value.length : 1
      cost += weight * times + this.insideCost(input.type, value)
    }
    return cost
  }

  private insideCost(type: GraphQLInputType, value: unknown): number {
    const named = getNamedType(type)
    if (!isInputObjectType(named)) return 0
    if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + this.insideCost(named, item), 0)
    return isRecord(value) ? this.argumentsCost(Object.values(named.getFields()), value) : 0
  }

  private fieldWeight(field: GraphQLField<unknown, unknown>): number {
    const byDefault = this.options.preset === 'ibm' && isCompositeType(getNamedType(field.type)) ? 1 : 0
    return this.written(field.astNode) ?? byDefault
  }

  private written(node: Parameters<typeof getDirectiveValues>[1] | null | undefined): number | undefined {
    const definition = this.schema.getDirective('cost')
    const weight = node && definition ? getDirectiveValues(definition, node)?.['weight'] : undefined
    return weight === undefined ? undefined : Number(weight)
  }

  private listSize(field: GraphQLField<unknown, unknown>) {
    const definition = this.schema.getDirective('listSize')
    const values = field.astNode && definition ? getDirectiveValues(definition, field.astNode) : undefined
    if (values === undefined) return undefined
    const { assumedSize } = values
    return {
      assumedSize: typeof assumedSize === 'number' ? assumedSize : undefined,
      slicingArguments: strings(values['slicingArguments']),
      sizedFields: strings(values['sizedFields']),
    }
  }
}

/** A size on its way down: to the list at the end of the path. */
export interface HandedSize {
  readonly path: readonly string[]
  readonly size: number
}

export interface PlayedField {
  readonly definition: GraphQLField<unknown, unknown>
  readonly isList: boolean
  /** `n`: 1 for a field that is no list. */
  readonly size: number
  readonly call: number
  readonly returnType: GraphQLNamedType
  readonly selections: readonly SelectionSetNode[]
  readonly handed: readonly HandedSize[]
}

/** What a slicing argument says: nothing, or one number. */
function sizeOf(
  inputs: readonly (GraphQLArgument | GraphQLInputField)[],
  values: unknown,
  path: readonly string[],
): number[] {
  const [name = '', ...rest] = path
  const input = inputs.find((candidate) => candidate.name === name)
  const value = isRecord(values) ? values[name] : undefined
  if (input === undefined || value === undefined || value === null) return []
  const type = getNamedType(input.type)
  if (rest.length > 0) return isInputObjectType(type) ? sizeOf(Object.values(type.getFields()), value, rest) : []
  if (Array.isArray(value)) return [value.length]
  return typeof value === 'number' ? [Math.max(0, value)] : []
}

function product(n: number, x: number): number {
  return n === 0 || x === 0 ? 0 : n * x
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
