import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  locatedError,
  type OperationDefinitionNode,
  type ResponsePath,
  responsePathAsArray,
} from 'graphql'
import type { OperationContainment } from '../containment/operation-containment.ts'
import { CollectedErrors } from './collected-errors.ts'

/** What is the same for all executions of a compiled operation. */
export interface FrameOfAll {
  readonly schema: GraphQLSchema
  readonly operation: OperationDefinitionNode
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>
}

/** A field where it is selected: what there is to know of it before it runs. */
export interface FieldPlace {
  /** Unlike that of any other place in its operation. */
  readonly index: number
  readonly fieldName: string
  readonly responseName: string
  readonly nodes: readonly FieldNode[]
  readonly parentType: GraphQLObjectType
  readonly returnType: GraphQLOutputType
  readonly isNonNull: boolean
}

/** One execution of a compiled operation. */
export class Frame {
  readonly rootValue: unknown
  readonly contextValue: unknown
  readonly variableValues: Readonly<Record<string, unknown>>
  /** What holds this operation to its limits, where anything does. */
  readonly containment: OperationContainment | undefined
  readonly collected = new CollectedErrors()
  private readonly all: FrameOfAll
  private readonly nodes: (readonly FieldNode[])[] = []
  private fragments: Record<string, FragmentDefinitionNode> | undefined

  constructor(
    all: FrameOfAll,
    rootValue: unknown,
    contextValue: unknown,
    variableValues: Readonly<Record<string, unknown>>,
    containment: OperationContainment | undefined,
  ) {
    this.all = all
    this.rootValue = rootValue
    this.contextValue = contextValue
    this.variableValues = variableValues
    this.containment = containment
  }

  /** What resolvers are told of where they run. */
  info(place: FieldPlace, path: ResponsePath): GraphQLResolveInfo {
    const { schema, operation } = this.all
    this.fragments ??= Object.assign(Object.create(null), this.all.fragments)
    return {
      fieldName: place.fieldName,
      fieldNodes: this.nodesOf(place),
      returnType: place.returnType,
      parentType: place.parentType,
      path,
      schema,
      fragments: this.fragments ?? {},
      rootValue: this.rootValue,
      operation,
      variableValues: this.variableValues,
    }
  }

  /** An error of a field or of an item in its list: null, where that may be null. */
  fail(thrown: unknown, place: FieldPlace, path: ResponsePath, isNonNull: boolean): null {
    const error = locatedError(thrown, this.nodesOf(place), responsePathAsArray(path))
    if (isNonNull) throw error
    this.collected.add(error, path)
    return null
  }

  /** An array of this execution's own: loaders are kept by it, and must not outlive the execution they were made for. */
  nodesOf({ index, nodes }: FieldPlace): readonly FieldNode[] {
    const known = this.nodes[index]
    if (known !== undefined) return known
    const own = [...nodes]
    this.nodes[index] = own
    return own
  }
}
