import { type ChosenOperation, compileOperation } from '../compile/compile-operation.ts'
import type { Variables } from '../compile/expression.ts'
import { BoundedVariables } from '../compile/variables/bounded-variables.ts'
import type { ClientVariables } from '../compile/variables/client-variables.ts'
import { createEstimator } from './estimate.ts'
import type { Cost } from './totals.ts'

/** What is assumed of an operation's variables. Values that GraphQL would refuse are not considered. */
export interface BoundLimits {
  /**
   * The largest number that a variable gives a slicing argument, and the longest list where a list's length slices: a
   * value without brackets is a list of one.
   * Numbers that stand in the document or in a default hold as they are. @default Infinity
   */
  readonly maxSize?: number
  /**
   * How many input objects one variable holds altogether, at any depth. With the preset `apolloRouter`, which pays lists
   * by item, also how many list items. @default Infinity
   */
  readonly maxInputItems?: number
  /** Variables whose values are known. */
  readonly variables?: Variables
}

/**
 * What an operation costs at most over all variables within the limits: `unbounded` where nothing caps it. Never below
 * the estimate for such variables, and above the largest of them where one variable would have to be two things at once.
 */
export function bound(chosen: ChosenOperation, client: ClientVariables, limits: BoundLimits): Cost {
  const { maxSize = Infinity, maxInputItems = Infinity, variables = {} } = limits
  const mistakes = Object.entries({ maxSize, maxInputItems }).filter(([, limit]) => !(limit >= 0))
  if (mistakes.length > 0) {
    const list = mistakes.map(([name, limit]) => `${name} is ${limit}`).join('; ')
    throw new RangeError(`The limits do not fit: ${list}; a number from 0 to Infinity is allowed.`)
  }
  const bounded = new BoundedVariables(chosen.costs, client, chosen.operation, { maxSize, maxInputItems, variables })
  return createEstimator(chosen.costs.settings, compileOperation(chosen, bounded)).estimate({})
}
