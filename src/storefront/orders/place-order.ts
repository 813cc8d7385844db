import { type Kysely, sql } from 'kysely'
import { recordEvents } from '../../database/outbox.ts'
import { productsById } from '../catalogue/products.ts'
import { changeEvents } from '../change-events.ts'
import { globalId } from '../checks/global-id.ts'
import type { OrderProblem } from '../generated/storefront-resolvers.ts'
import { anyOf } from '../reading/ids.ts'
import type { StorefrontTables } from '../tables.ts'
import { customersById } from './customers.ts'
import { lineMistakes, MAX_TOTAL_CENTS } from './line-mistakes.ts'
import { done, type OrderOutcome, problem, refused } from './order-outcome.ts'

export interface OrderDraft {
  readonly customerId: number
  readonly lines: readonly DraftLine[]
}

interface DraftLine {
  readonly productId: number
  readonly quantity: number
}

interface PricedLine extends DraftLine {
  readonly unitPriceCents: number
}

/**
 * Orders every line or nothing, at the prices in the database, and tells what is left of each product. Never sells what
 * is not there, whatever else is going on.
 */
export async function placeOrder(
  db: Kysely<StorefrontTables>,
  draft: OrderDraft,
  placedAt: Date,
): Promise<OrderOutcome> {
  const mistakes = lineMistakes(draft.lines)
  if (mistakes.length > 0) return refused(...mistakes)
  return await db.transaction().execute(async (transaction) => {
    const { lines, problems } = await price(transaction, draft)
    if (problems.length > 0) return refused(...problems)
    const totalCents = lines.reduce((sum, { quantity, unitPriceCents }) => sum + quantity * unitPriceCents, 0)
    if (totalCents > MAX_TOTAL_CENTS) return refused(tooMuch(totalCents))
    const shortages = await shortagesOf(transaction, lines)
    if (shortages.length > 0) return refused(...shortages)
    const left = await takeFromStock(transaction, lines)
    const order = await transaction
      .insertInto('orders')
      .values({ customerId: draft.customerId, status: 'PLACED', totalCents, placedAt })
      .returningAll()
      .executeTakeFirstOrThrow()
    await transaction
      .insertInto('orderLines')
      .values(lines.map((line, position) => ({ orderId: order.id, position, ...line })))
      .execute()
    await recordEvents(
      transaction,
      left.map(({ productId, quantity }) => changeEvents.stock.event(productId, quantity)),
    )
    return done(order)
  })
}

/** The lines with their prices, or what there is not: the customer, products. */
async function price(
  db: Kysely<StorefrontTables>,
  { customerId, lines }: OrderDraft,
): Promise<{ readonly lines: readonly PricedLine[]; readonly problems: readonly OrderProblem[] }> {
  const customer = await customersById(db, [customerId])
  const product = await productsById(
    db,
    lines.map(({ productId }) => productId),
  )
  const problems: OrderProblem[] = []
  if (customer(customerId) === null) {
    problems.push(problem('UNKNOWN_CUSTOMER', `There is no ${globalId('Customer', customerId)}.`))
  }
  const priced = lines.flatMap((line, index) => {
    const row = product(line.productId)
    if (row !== null) return [{ ...line, unitPriceCents: row.priceCents }]
    problems.push(problem('UNKNOWN_PRODUCT', `There is no ${globalId('Product', line.productId)}.`, index))
    return []
  })
  return { lines: priced, problems }
}

/** Which lines ask for more than there is. Nobody else takes any of the products until the transaction has ended. */
async function shortagesOf(
  db: Kysely<StorefrontTables>,
  lines: readonly DraftLine[],
): Promise<readonly OrderProblem[]> {
  const ids = lines.map(({ productId }) => productId)
  // Every order locks its products in the order of their ids, so that no two wait for each other in a circle.
  const locked = await db
    .selectFrom('inventory')
    .selectAll()
    .where('productId', '=', anyOf(ids))
    .orderBy('productId')
    .forUpdate()
    .execute()
  const stock = new Map(locked.map(({ productId, quantity }) => [productId, quantity]))
  return lines.flatMap(({ productId, quantity }, index) => {
    const available = stock.get(productId) ?? 0
    return quantity > available ? [outOfStock(productId, quantity, available, index)] : []
  })
}

/** Takes all lines from the stock, and answers what is left. */
async function takeFromStock(db: Kysely<StorefrontTables>, lines: readonly DraftLine[]): Promise<readonly DraftLine[]> {
  const ids = lines.map(({ productId }) => productId)
  const quantities = lines.map(({ quantity }) => quantity)
  return await db
    .updateTable('inventory')
    .from(
      sql<{ id: number; quantity: number }>`unnest(${ids}::integer[], ${quantities}::integer[])`.as<'taken'>(
        sql`taken(id, quantity)`,
      ),
    )
    .set((eb) => ({ quantity: eb('inventory.quantity', '-', eb.ref('taken.quantity')) }))
    .whereRef('inventory.productId', '=', 'taken.id')
    .returning(['inventory.productId', 'inventory.quantity'])
    .execute()
}

function outOfStock(productId: number, quantity: number, available: number, line: number): OrderProblem {
  const advice = available === 0 ? 'Leave it out, or try again later.' : `Order ${available} or fewer.`
  const message = `${quantity} of ${globalId('Product', productId)} were ordered and ${available} are in stock. ${advice}`
  return problem('OUT_OF_STOCK', message, line)
}

function tooMuch(totalCents: number): OrderProblem {
  return problem('INVALID_LINES', `The order comes to ${totalCents} cents; ${MAX_TOTAL_CENTS} are allowed. Order less.`)
}
