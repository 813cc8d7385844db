import { globalId } from '../checks/global-id.ts'
import type { OrderProblem } from '../generated/storefront-resolvers.ts'
import { problem } from './order-outcome.ts'

const MAX_LINES = 20
const MAX_QUANTITY = 100

/** What the type `Int` of GraphQL and an integer of the database hold. */
export const MAX_TOTAL_CENTS = 2 ** 31 - 1

/** What is wrong with the lines of an order by themselves, all of it. */
export function lineMistakes(
  lines: readonly { readonly productId: number; readonly quantity: number }[],
): readonly OrderProblem[] {
  if (lines.length < 1 || lines.length > MAX_LINES) {
    return [problem('INVALID_LINES', `The order has ${lines.length} lines; 1 to ${MAX_LINES} are allowed.`)]
  }
  const firstLine = new Map<number, number>()
  return lines.flatMap(({ productId, quantity }, line) => {
    const mistakes: OrderProblem[] = []
    if (quantity < 1 || quantity > MAX_QUANTITY) {
      mistakes.push(problem('INVALID_LINES', `The quantity is ${quantity}; 1 to ${MAX_QUANTITY} are allowed.`, line))
    }
    const earlier = firstLine.get(productId)
    if (earlier === undefined) firstLine.set(productId, line)
    else
      mistakes.push(
        problem(
          'INVALID_LINES',
          `${globalId('Product', productId)} is in line ${earlier} too. Add them up there.`,
          line,
        ),
      )
    return mistakes
  })
}
