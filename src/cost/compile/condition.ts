import { type DirectiveNode, GraphQLIncludeDirective, GraphQLSkipDirective, Kind } from 'graphql'
import type { VariableReader, Variables } from './expression.ts'

/** A conjunction of `@include` and `@skip` conditions: `+name` must be true, `-name` must not. Sorted, no doubles. */
export type Conjunction = readonly string[]

/** Whether a field is selected: always (undefined), or when one of several conjunctions holds. */
export type Condition = ((variables: Variables) => boolean) | undefined

/** Adds the conditions of a node's directives to those around it; undefined when it can never be selected. */
export function conjunction(
  around: Conjunction,
  directives: readonly DirectiveNode[] | undefined,
): Conjunction | undefined {
  if (directives === undefined || directives.length === 0) return around
  let all = around
  for (const directive of directives) {
    const name = directive.name.value
    if (name !== GraphQLIncludeDirective.name && name !== GraphQLSkipDirective.name) continue
    const wanted = name === GraphQLIncludeDirective.name
    const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value
    if (value?.kind === Kind.BOOLEAN && value.value !== wanted) return undefined
    if (value?.kind !== Kind.VARIABLE) continue
    const literal = `${wanted ? '+' : '-'}${value.name.value}`
    if (all.includes(`${wanted ? '-' : '+'}${value.name.value}`)) return undefined
    if (!all.includes(literal)) all = [...all, literal].sort()
  }
  return all
}

/** Whether everything that `weaker` asks for is asked for by `stronger` too. */
export function implies(stronger: Conjunction, weaker: Conjunction): boolean {
  return weaker.every((literal) => stronger.includes(literal))
}

/** Compiles a disjunction of conjunctions. */
export function compileCondition(alternatives: readonly Conjunction[], reader: VariableReader): Condition {
  if (alternatives.some((literals) => literals.length === 0)) return undefined
  const tests = alternatives.map((literals) =>
    literals.map((literal) => ({ read: reader(literal.slice(1)), wanted: literal.startsWith('+') })),
  )
  return (variables) => tests.some((all) => all.every(({ read, wanted }) => (read(variables) === true) === wanted))
}
