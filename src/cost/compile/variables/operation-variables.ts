import type { GraphQLInputType } from 'graphql'
import type { InputCost } from '../../schema/input-costs.ts'
import type { Condition, Conjunction } from '../condition.ts'
import type { Expression, Size, Variables } from '../expression.ts'

/**
 * What compiling knows of an operation's variables. `ClientVariables` knows nothing until there are values;
 * `BoundedVariables` knows the most that they may come to.
 */
export interface OperationVariables {
  /** When a field under one of these conjunctions is selected. */
  selectedWhen(alternatives: readonly Conjunction[]): Condition
  /** What an argument or input field costs whose value is a variable, its own weight included. */
  inputCost(input: InputCost, name: string): Expression
  /** What is inside a variable that is an item of a list literal. */
  itemCost(type: GraphQLInputType, name: string): Expression
  /** The cost of the first candidate that is selected. */
  firstSelected(candidates: readonly Candidate[]): Expression
  slice(slice: VariableSlice): { readonly size: Size; readonly isGiven: (variables: Variables) => boolean }
}

interface Candidate {
  readonly conditions: Conjunction
  readonly cost: Expression
}

/** A slicing argument whose value is a variable, or lies inside one. */
export interface VariableSlice {
  readonly name: string
  /** The argument or input field that the variable is given for. */
  readonly input: InputCost
  /** Where inside the variable's value the size is; empty where it is the value itself. */
  readonly inside: readonly string[]
  /** Whether the size is the length of a list. */
  readonly isLength: boolean
}
