import {
  type FragmentDefinitionNode,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type OperationDefinitionNode,
  visit,
} from 'graphql'

/** The variables that decide what an operation selects, by `@skip` and `@include`. */
export function conditionVariables(
  operation: OperationDefinitionNode,
  fragments: Readonly<Record<string, FragmentDefinitionNode>>,
): readonly string[] {
  const names = new Set<string>()
  const spread = new Set<string>()
  const open: (OperationDefinitionNode | FragmentDefinitionNode)[] = [operation]
  for (let definition = open.pop(); definition !== undefined; definition = open.pop()) {
    visit(definition, {
      Directive({ name, arguments: args = [] }) {
        if (name.value !== GraphQLSkipDirective.name && name.value !== GraphQLIncludeDirective.name) return
        for (const { value } of args) if (value.kind === Kind.VARIABLE) names.add(value.name.value)
      },
      FragmentSpread({ name }) {
        const fragment = fragments[name.value]
        if (fragment === undefined || spread.has(name.value)) return
        spread.add(name.value)
        open.push(fragment)
      },
    })
  }
  return [...names]
}
