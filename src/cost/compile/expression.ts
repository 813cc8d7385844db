/** The client's variables as they arrive: JSON, not yet coerced. */
export type Variables = Readonly<Record<string, unknown>>

/** A number that is known when the plan is compiled, or a function of the variables. */
export type Expression = number | ((variables: Variables) => number)

/** How many items something says a list has; -1 where it says nothing. */
export interface Size {
  readonly size: Expression
  /** True where it may say nothing although `size` is a number: then the larger of it and what comes next holds. */
  readonly optional: boolean
}

/** The value of an expression for these variables. */
export function evaluate(expression: Expression, variables: Variables): number {
  return typeof expression === 'number' ? expression : expression(variables)
}

/** A sum that is added up while compiling: what is constant is folded into one number. */
export class Sum {
  private constant = 0
  // Most sums are constant.
  private dynamic: ((variables: Variables) => number)[] | undefined

  add(expression: Expression): void {
    if (typeof expression === 'number') this.constant += expression
    else if (this.dynamic === undefined) this.dynamic = [expression]
    else this.dynamic.push(expression)
  }

  expression(): Expression {
    const { constant, dynamic } = this
    const only = dynamic?.[0]
    if (dynamic === undefined || only === undefined) return constant
    if (dynamic.length === 1 && constant === 0) return only
    return (variables) => {
      let total = constant
      for (const expression of dynamic) total += expression(variables)
      return total
    }
  }
}

/** `max(0, expression)`, folded where it is constant. */
export function notNegative(expression: Expression): Expression {
  if (typeof expression === 'number') return Math.max(0, expression)
  return (variables) => Math.max(0, expression(variables))
}

/** The largest of one or more expressions, folded where all are constant. */
export function largest(expressions: readonly [Expression, ...Expression[]]): Expression {
  const [first, ...others] = expressions
  if (others.every((other) => other === first)) return first
  let constant = -Infinity
  const dynamic: ((variables: Variables) => number)[] = []
  for (const expression of expressions) {
    if (typeof expression === 'number') constant = Math.max(constant, expression)
    else dynamic.push(expression)
  }
  if (dynamic.length === 0) return constant
  return (variables) => {
    let most = constant
    for (const expression of dynamic) most = Math.max(most, expression(variables))
    return most
  }
}
