import type { Selectable } from 'kysely'
import type { OrderStatus, StorefrontTables } from '../tables.ts'
import { trading } from './period.ts'
import { createRandom, type Random } from './random.ts'
import type { ShopSize } from './shop-size.ts'

type Product = Selectable<StorefrontTables['products']>
type Order = Selectable<StorefrontTables['orders']>
type OrderLine = Selectable<StorefrontTables['orderLines']>

const MAX_LINES = 5

/** Which part of the orders came at the very moment of the one before; every second of them from the same customer. */
const TIED = 0.05

/** Which part of the orders is at most this far, the newest first. */
const progress: readonly (readonly [number, OrderStatus])[] = [
  [0.04, 'PLACED'],
  [0.08, 'PAID'],
  [0.14, 'SHIPPED'],
]

/** Orders in the order of their ids, and their lines. */
export function generateOrders(
  size: ShopSize,
  products: readonly Product[],
): { orders: readonly Order[]; orderLines: readonly OrderLine[] } {
  const random = createRandom(5)
  const orders: Order[] = []
  const orderLines: OrderLine[] = []
  const stepMs = Math.floor((trading.toMs - trading.fromMs) / size.orders)
  let placedAt = new Date(trading.fromMs)
  let customerId = 1
  for (let index = 0; index < size.orders; index++) {
    const tied = random.next() < TIED
    const stepFromMs = trading.fromMs + index * stepMs
    if (!tied) placedAt = random.moment({ fromMs: stepFromMs, toMs: stepFromMs + stepMs - 1 })
    if (!tied || random.next() < 0.5) customerId = random.popular(size.customers)
    const lines = generateLines(random, index + 1, products)
    orders.push({
      id: index + 1,
      customerId,
      status: statusAt(1 - index / size.orders + 0.01 * random.next()),
      totalCents: lines.reduce((sum, { quantity, unitPriceCents }) => sum + quantity * unitPriceCents, 0),
      placedAt,
    })
    orderLines.push(...lines)
  }
  return { orders, orderLines }
}

function generateLines(random: Random, orderId: number, products: readonly Product[]): OrderLine[] {
  const ids = new Set<number>()
  const count = random.integer(1, Math.min(MAX_LINES, products.length))
  while (ids.size < count) ids.add(random.popular(products.length))
  return Array.from(ids, (productId, position) => ({
    orderId,
    position,
    productId,
    quantity: random.pick(quantities),
    // Every tenth was on offer that day.
    unitPriceCents: Math.round((products[productId - 1]?.priceCents ?? 0) * (random.next() < 0.1 ? 0.8 : 1)),
  }))
}

const quantities = [1, 1, 1, 1, 2, 2, 3]

function statusAt(age: number): OrderStatus {
  return progress.find(([share]) => age < share)?.[1] ?? 'DELIVERED'
}
