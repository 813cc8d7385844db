import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  Kind,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql'
import { CostPlanError, MAX_NESTING } from '../cost-plan-error.ts'
import { type Conjunction, conjunction, implies } from './condition.ts'

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

/**
 * Collects the fields that selections ask of one object type, merged by response name: GraphQL's CollectFields with
 * the variables still unknown. A fragment is visited once, or once more where it is spread under other conditions:
 * conditions that double at every level make that exponential, so `spend` hears of every step and throws past its bound.
 */
export function collectFields(
  schema: GraphQLSchema,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  type: GraphQLObjectType,
  selections: readonly ConditionalSelection[],
  spend: (steps: number) => void,
): ReadonlyMap<string, FieldGroup> {
  const groups = new Map<string, [ConditionalField, ...ConditionalField[]]>()
  const visited = new Map<string, Conjunction[]>()

  function visit({ selectionSet, conditions: around }: ConditionalSelection, depth: number): void {
    if (depth > MAX_NESTING) throw CostPlanError.selectionTooDeep()
    for (const selection of selectionSet.selections) {
      const directiveCount = selection.directives?.length ?? 0
      spend((1 + directiveCount) * (1 + around.length + directiveCount))
      const conditions = conjunction(around, selection.directives)
      if (conditions === undefined) continue
      if (selection.kind === Kind.FIELD) {
        const responseName = selection.alias?.value ?? selection.name.value
        const group = groups.get(responseName)
        if (group === undefined) groups.set(responseName, [{ node: selection, conditions }])
        else group.push({ node: selection, conditions })
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(schema, type, selection)) visit({ selectionSet: selection.selectionSet, conditions }, depth + 1)
      } else {
        const fragment = fragments.get(selection.name.value)
        if (fragment === undefined || !applies(schema, type, fragment)) continue
        const before = visited.get(selection.name.value) ?? []
        spend(before.length * (1 + conditions.length))
        if (before.some((earlier) => implies(conditions, earlier))) continue
        visited.set(selection.name.value, [...before, conditions])
        visit({ selectionSet: fragment.selectionSet, conditions }, depth + 1)
      }
    }
  }

  for (const selection of selections) visit(selection, 0)
  return groups
}

function applies(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  fragment: Pick<Partial<FragmentDefinitionNode>, 'typeCondition'>,
): boolean {
  if (fragment.typeCondition === undefined) return true
  const condition = typeFromAST(schema, fragment.typeCondition)
  return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type))
}
