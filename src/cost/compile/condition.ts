import { type DirectiveNode, GraphQLIncludeDirective, GraphQLSkipDirective, Kind } from 'graphql'
import type { Variables } from './expression.ts'

/** `@include` and `@skip` conditions that must all hold: `+name` must be true, `-name` must not. Equal ones are one object. */
export interface Conjunction {
  readonly id: number
  readonly literals: ReadonlySet<string>
}

/** Whether a field is selected: always (undefined), or when one of several conjunctions holds. */
export type Condition = ((variables: Variables) => boolean) | undefined

/** The conjunctions of one operation. Thousands of fields under the same conditions share one. */
export class Conjunctions {
  readonly always: Conjunction = { id: 0, literals: new Set() }
  private readonly byLiterals = new Map<string, Conjunction>([['', this.always]])
  private readonly longer = new Map<string, Conjunction | undefined>()

  /** Adds the conditions of a node's directives to those around it; undefined when it can never be selected. */
  add(around: Conjunction, directives: readonly DirectiveNode[] | undefined): Conjunction | undefined {
    if (directives === undefined || directives.length === 0) return around
    let all = around
    for (const directive of directives) {
      const name = directive.name.value
      if (name !== GraphQLIncludeDirective.name && name !== GraphQLSkipDirective.name) continue
      const wanted = name === GraphQLIncludeDirective.name
      const value = directive.arguments?.find((argument) => argument.name.value === 'if')?.value
      if (value?.kind === Kind.BOOLEAN && value.value !== wanted) return undefined
      if (value?.kind !== Kind.VARIABLE) continue
      const both = this.and(all, wanted ? '+' : '-', value.name.value)
      if (both === undefined) return undefined
      all = both
    }
    return all
  }

  private and(all: Conjunction, sign: '+' | '-', variable: string): Conjunction | undefined {
    const literal = sign + variable
    if (all.literals.has(literal)) return all
    const key = `${all.id} ${literal}`
    if (this.longer.has(key)) return this.longer.get(key)
    const opposite = (sign === '+' ? '-' : '+') + variable
    const both = all.literals.has(opposite) ? undefined : this.of([...all.literals, literal].sort())
    this.longer.set(key, both)
    return both
  }

  private of(literals: readonly string[]): Conjunction {
    const key = literals.join(' ')
    const known = this.byLiterals.get(key)
    if (known !== undefined) return known
    const made = { id: this.byLiterals.size, literals: new Set(literals) }
    this.byLiterals.set(key, made)
    return made
  }
}

/** Whether everything that `weaker` asks for is asked for by `stronger` too. */
export function implies(stronger: Conjunction, weaker: Conjunction): boolean {
  if (weaker.literals.size > stronger.literals.size) return false
  for (const literal of weaker.literals) if (!stronger.literals.has(literal)) return false
  return true
}
