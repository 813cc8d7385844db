import {
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNullableType,
  isCompositeType,
  isListType,
  type SelectionSetNode,
} from 'graphql'
import type { Choices } from './cost-choices.ts'
import type { HandedSize, NaiveExecution, PlayedField } from './naive-cost.ts'

type Data = Readonly<Record<string, unknown>>

/** A response that the operation may have: no list is longer than its size, and anything may be null. */
export function generateResponse(choices: Choices, execution: NaiveExecution): Data {
  return new Responder(choices, execution).data()
}

// Past as many objects a response stops growing.
const MAX_OBJECTS = 400

class Responder {
  private readonly choices: Choices
  private readonly execution: NaiveExecution
  private objects = 0

  constructor(choices: Choices, execution: NaiveExecution) {
    this.choices = choices
    this.execution = execution
  }

  data(): Data {
    return this.object(this.execution.root, this.execution.rootSelections, [])
  }

  private object(
    type: GraphQLObjectType,
    selections: readonly SelectionSetNode[],
    handed: readonly HandedSize[],
  ): Data {
    this.objects += 1
    const entries = [...this.execution.collect(type, selections)].map(([name, nodes]) => {
      const field = this.execution.field(type, nodes, handed)
      return [name, field === undefined ? type.name : this.value(field, field.definition.type, { left: field.size })]
    })
    return Object.fromEntries(entries)
  }

  // A size counts the items of all lists within the list.
  private value(field: PlayedField, type: GraphQLOutputType, items: { left: number }): unknown {
    const nullable = getNullableType(type)
    if (this.choices.oneIn(12) || this.objects > MAX_OBJECTS) return null
    if (isListType(nullable)) {
      const isNested = isListType(getNullableType(nullable.ofType))
      const length = this.choices.oneIn(2) ? Math.min(items.left, 5) : this.choices.below(Math.min(items.left, 5) + 1)
      if (!isNested) items.left -= length
      return Array.from({ length }, () => this.value(field, nullable.ofType, items))
    }
    if (!isCompositeType(field.returnType)) return 1
    const [first, ...others] = this.execution.possibleTypes(field.returnType)
    return first === undefined ? null : this.object(this.choices.pick(first, ...others), field.selections, field.handed)
  }
}
