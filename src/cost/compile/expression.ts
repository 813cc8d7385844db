import { type GraphQLSchema, isInputType, type OperationDefinitionNode, typeFromAST, valueFromAST } from 'graphql'

/** The client's variables as they arrive: JSON, not yet coerced. */
export type Variables = Readonly<Record<string, unknown>>

/** A number that is known when the plan is compiled, or a function of the variables. */
export type Expression = number | ((variables: Variables) => number)

/** The value of an expression for these variables. */
export function evaluate(expression: Expression, variables: Variables): number {
  return typeof expression === 'number' ? expression : expression(variables)
}

/** The sum of expressions, with the constants folded. */
export function sum(expressions: readonly Expression[]): Expression {
  let constant = 0
  const dynamic: ((variables: Variables) => number)[] = []
  for (const expression of expressions) {
    if (typeof expression === 'number') constant += expression
    else dynamic.push(expression)
  }
  const [only] = dynamic
  if (only === undefined) return constant
  if (dynamic.length === 1 && constant === 0) return only
  return (variables) => {
    let total = constant
    for (const expression of dynamic) total += expression(variables)
    return total
  }
}

/** `max(0, expression)`, folded where it is constant. */
export function notNegative(expression: Expression): Expression {
  if (typeof expression === 'number') return Math.max(0, expression)
  return (variables) => Math.max(0, expression(variables))
}

/** Reads one variable: the client's value, else the operation's default; undefined means it is omitted. */
export type VariableReader = (name: string) => (variables: Variables) => unknown

/** A reader for the variables that an operation declares. */
export function variableReader(schema: GraphQLSchema, operation: OperationDefinitionNode): VariableReader {
  const defaults = new Map<string, unknown>()
  for (const { variable, type: typeNode, defaultValue } of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, typeNode)
    if (defaultValue !== undefined && isInputType(type)) {
      defaults.set(variable.name.value, valueFromAST(defaultValue, type))
    }
  }
  return (name) => {
    const fallback = defaults.get(name)
    return (variables) => {
      const given = Object.hasOwn(variables, name) ? variables[name] : undefined
      return given === undefined ? fallback : given
    }
  }
}
