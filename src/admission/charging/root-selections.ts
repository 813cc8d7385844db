import {
  type ArgumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'

/**
 * How often a valid operation selects each field of its root type, by name: once for each response name. `@skip` and
 * `@include` are decided by the client's raw variables, which have been found without a mistake.
 */
export function rootSelections(
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  variables: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, number> {
  const fieldOf = new Map<string, string>()
  const spread = new Set<string>()

  function visit({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (!isSelected(selection, operation, variables)) continue
      switch (selection.kind) {
        case Kind.FIELD:
          fieldOf.set(responseName(selection), selection.name.value)
          break
        // Validation has seen to it that a fragment here is on the root type, or on an interface of it.
        case Kind.INLINE_FRAGMENT:
          visit(selection.selectionSet)
          break
        case Kind.FRAGMENT_SPREAD: {
          const fragment = fragments.get(selection.name.value)
          if (fragment === undefined || spread.has(selection.name.value)) break
          spread.add(selection.name.value)
          visit(fragment.selectionSet)
        }
      }
    }
  }

  visit(operation.selectionSet)
  const counts = new Map<string, number>()
  for (const field of fieldOf.values()) counts.set(field, (counts.get(field) ?? 0) + 1)
  return counts
}

function responseName({ alias, name }: FieldNode): string {
  return (alias ?? name).value
}

function isSelected(
  { directives = [] }: SelectionNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): boolean {
  return directives.every(({ name: { value: name }, arguments: values }) => {
    if (name !== 'skip' && name !== 'include') return true
    return isTrue(values?.[0], operation, variables) === (name === 'include')
  })
}

function isTrue(
  condition: ArgumentNode | undefined,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): boolean {
  const value = condition?.value
  if (value?.kind !== Kind.VARIABLE) return value?.kind === Kind.BOOLEAN && value.value
  const name = value.name.value
  if (Object.hasOwn(variables, name) && variables[name] !== undefined) return variables[name] === true
  const definition = variableDefinitions.find(({ variable }) => variable.name.value === name)
  return definition?.defaultValue?.kind === Kind.BOOLEAN && definition.defaultValue.value
}
