import type { Kysely } from 'kysely'
import { inOrder, keyset } from '../pages/keyset.ts'
import { page } from '../pages/page.ts'
import type { PageRequest } from '../pages/page-request.ts'
import { byMoment, type Sort } from '../pages/sort.ts'
import { anyOf, parents } from '../reading/ids.ts'
import { byId, byParent } from '../reading/look-up.ts'
import type { OrderPage, OrderRow } from '../rows.ts'
import type { OrderStatus, StorefrontTables } from '../tables.ts'

export const newestOrders: Sort<OrderRow> = byMoment('placedAt', {
  name: 'orders newest',
  table: 'orders',
  direction: 'desc',
})

export async function ordersById(db: Kysely<StorefrontTables>, ids: readonly number[]) {
  return byId(await db.selectFrom('orders').selectAll().where('id', '=', anyOf(ids)).execute())
}

/** One page of all orders, or of those with one status. */
export async function orderPage(
  db: Kysely<StorefrontTables>,
  status: OrderStatus | undefined,
  request: PageRequest<OrderRow>,
): Promise<OrderPage> {
  const query = keyset(db.selectFrom('orders').selectAll(), request)
  return page(request, await (status === undefined ? query : query.where('status', '=', status)).execute())
}

/** The same page of the orders of several customers. */
export async function orderPagesByCustomer(
  db: Kysely<StorefrontTables>,
  customerIds: readonly number[],
  request: PageRequest<OrderRow>,
) {
  const query = db
    .selectFrom(parents(customerIds))
    .innerJoinLateral(
      (eb) =>
        keyset(eb.selectFrom('orders').selectAll().whereRef('orders.customerId', '=', 'parent.id'), request).as('page'),
      (join) => join.onTrue(),
    )
    .selectAll('page')
  const rows = byParent(await inOrder(query, request.sort, 'page').execute(), ({ customerId }) => customerId)
  return (id: number) => page(request, rows(id))
}

/** The lines of orders, in the order they were given. */
export async function linesByOrder(db: Kysely<StorefrontTables>, orderIds: readonly number[]) {
  const lines = db.selectFrom('orderLines').selectAll().where('orderId', '=', anyOf(orderIds))
  return byParent(await lines.orderBy('orderId').orderBy('position').execute(), ({ orderId }) => orderId)
}
