import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type NamedTypeNode,
  type SelectionSetNode,
} from 'graphql'
import { CostPlanError, MAX_NESTING } from '../cost-plan-error.ts'
import { type Conjunction, type Conjunctions, implies } from './condition.ts'

/** A selection set together with the conditions under which it applies. */
export interface ConditionalSelection {
  readonly selectionSet: SelectionSetNode
  readonly conditions: Conjunction
}

/** One field as written, together with the conditions under which it is selected. */
export interface ConditionalField {
  readonly node: FieldNode
  readonly conditions: Conjunction
}

/** The fields of one response name, merged: at least one. */
export type FieldGroup = readonly [ConditionalField, ...ConditionalField[]]

export type FieldGroups = ReadonlyMap<string, FieldGroup>

export interface CollectContext {
  readonly schema: GraphQLSchema
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>
  readonly conjunctions: Conjunctions
  /** Hears of every step, and throws past its bound. */
  spend(steps: number): void
  /** Hears how many fields one collection has so far, and throws past its bound. */
  limit(fields: number): void
}

/** What is collected, and whether it would be for the other possible types too. */
export interface Collected {
  readonly groups: FieldGroups
  /** True where a type condition decided between the possible types. */
  readonly split: boolean
}

/**
 * Collects the fields that selections ask of an object type, merged by response name: GraphQL's CollectFields with
 * the variables still unknown. A fragment is visited once, or once more where it is spread under other conditions:
 * conditions that double at every level make that exponential, so every step is spent.
 *
 * @param type the object type; undefined collects what is asked of any of the possible types
 */
export function collectFields(
  context: CollectContext,
  type: GraphQLObjectType | undefined,
  possible: readonly GraphQLObjectType[],
  selections: readonly ConditionalSelection[],
): Collected {
  const collection = new Collection(context, type, possible)
  for (const { selectionSet, conditions } of selections) collection.visit(selectionSet, conditions, 0)
  return collection
}

class Collection implements Collected {
  readonly groups = new Map<string, [ConditionalField, ...ConditionalField[]]>()
  split = false
  private readonly context: CollectContext
  private readonly type: GraphQLObjectType | undefined
  private readonly possible: readonly GraphQLObjectType[]
  private fields = 0
  // Most selections have no fragments.
  private visited: Map<string, Conjunction[]> | undefined
  private answers: Map<string, boolean> | undefined

  constructor(context: CollectContext, type: GraphQLObjectType | undefined, possible: readonly GraphQLObjectType[]) {
    this.context = context
    this.type = type
    this.possible = possible
  }

  visit(selectionSet: SelectionSetNode, around: Conjunction, depth: number): void {
    if (depth > MAX_NESTING) throw CostPlanError.selectionTooDeep()
    const { context } = this
    for (const selection of selectionSet.selections) {
      const directiveCount = selection.directives === undefined ? 0 : selection.directives.length
      context.spend((1 + directiveCount) * (1 + around.literals.size + directiveCount))
      const conditions = directiveCount === 0 ? around : context.conjunctions.add(around, selection.directives)
      if (conditions === undefined) continue
      if (selection.kind === Kind.FIELD) this.field(selection, conditions)
      else if (selection.kind === Kind.FRAGMENT_SPREAD) this.spread(selection.name.value, conditions, depth)
      else if (this.applies(selection.typeCondition)) this.visit(selection.selectionSet, conditions, depth + 1)
    }
  }

  private field(node: FieldNode, conditions: Conjunction): void {
    this.fields += 1
    this.context.limit(this.fields)
    const responseName = node.alias === undefined ? node.name.value : node.alias.value
    const group = this.groups.get(responseName)
    if (group === undefined) this.groups.set(responseName, [{ node, conditions }])
    else group.push({ node, conditions })
  }

  private spread(name: string, conditions: Conjunction, depth: number): void {
    const fragment = this.context.fragments.get(name)
    if (fragment === undefined || !this.applies(fragment.typeCondition)) return
    this.visited ??= new Map()
    const before = this.visited.get(name)
    if (before === undefined) this.visited.set(name, [conditions])
    else {
      this.context.spend(before.length * (1 + conditions.literals.size))
      if (before.some((earlier) => implies(conditions, earlier))) return
      before.push(conditions)
    }
    this.visit(fragment.selectionSet, conditions, depth + 1)
  }

  private applies(condition: NamedTypeNode | undefined): boolean {
    if (condition === undefined) return true
    const name = condition.name.value
    this.answers ??= new Map()
    let answer = this.answers.get(name)
    if (answer === undefined) {
      answer = this.covers(name)
      this.answers.set(name, answer)
    }
    return answer
  }

  private covers(name: string): boolean {
    const { schema } = this.context
    const { type, possible } = this
    const named = schema.getType(name)
    const isAbstract = isAbstractType(named)
    const covers = (object: GraphQLObjectType) => object === named || (isAbstract && schema.isSubType(named, object))
    if (type === undefined) return possible.some(covers)
    const covered = covers(type)
    this.split ||= possible.length > 1 && possible.some((object) => covers(object) !== covered)
    return covered
  }
}
