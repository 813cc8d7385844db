import { type Kysely, sql } from 'kysely'
import { recordEvents } from '../../database/outbox.ts'
import { changeEvents } from '../change-events.ts'
import { globalId } from '../checks/global-id.ts'
import type { OrderStatus, StorefrontTables } from '../tables.ts'
import { done, type OrderOutcome, problem, refused } from './order-outcome.ts'
import { ordersById } from './orders.ts'

/**
 * Moves an order on by one status, and tells of it. Of two at once each moves it by one, or the later says that there is
 * nowhere to go.
 */
export async function advanceOrder(db: Kysely<StorefrontTables>, id: number): Promise<OrderOutcome> {
  return await db.transaction().execute(async (transaction) => {
    // One statement: whoever waits for the row sees the status that the other has left.
    const moved = await transaction
      .updateTable('orders')
      .set({
        status: sql<OrderStatus>`case status when 'PLACED' then 'PAID' when 'PAID' then 'SHIPPED' else 'DELIVERED' end`,
      })
      .where('id', '=', id)
      .where('status', '!=', 'DELIVERED')
      .returningAll()
      .executeTakeFirst()
    if (moved !== undefined) {
      await recordEvents(transaction, [changeEvents.orderStatus.event(id, moved.status)])
      return done(moved)
    }
    const order = await ordersById(transaction, [id])
    return order(id) === null
      ? refused(problem('UNKNOWN_ORDER', `There is no ${globalId('Order', id)}.`))
      : refused(problem('ALREADY_DELIVERED', `${globalId('Order', id)} is delivered, and that is the last status.`))
  })
}
