import type { OutboxEvent } from '../database/outbox.ts'
import type { OrderStatus } from './tables.ts'

/**
 * What the shop tells of its changes: the topic of each kind of event, the event as it is written with its change, and
 * what a subscription reads from its payload. Events wait in logs, so an older or newer shop may have written one.
 */
export const changeEvents = {
  orderStatus: {
    topic: orderStatusTopic,
    event: (orderId: number, status: OrderStatus): OutboxEvent => ({
      topic: orderStatusTopic(orderId),
      payload: { orderId, status },
    }),
    read(payload: unknown) {
      const status = orderStatuses.find((known) => known === property(payload, 'status'))
      if (status === undefined) throw unreadable(payload)
      return { orderId: integer(payload, 'orderId'), status }
    },
  },
  stock: {
    topic: stockTopic,
    /** @param quantity what is left after the change */
    event: (productId: number, quantity: number): OutboxEvent => ({
      topic: stockTopic(productId),
      payload: { productId, quantity },
    }),
    read: (payload: unknown) => ({
      productId: integer(payload, 'productId'),
      quantity: integer(payload, 'quantity'),
    }),
  },
  review: {
    topic: reviewTopic,
    event: (productId: number, reviewId: number): OutboxEvent => ({
      topic: reviewTopic(productId),
      payload: { reviewId },
    }),
    read: (payload: unknown) => ({ reviewId: integer(payload, 'reviewId') }),
  },
}

const orderStatuses: readonly OrderStatus[] = ['PLACED', 'PAID', 'SHIPPED', 'DELIVERED']

function orderStatusTopic(orderId: number): string {
  return `order:${orderId}:status`
}

function stockTopic(productId: number): string {
  return `product:${productId}:stock`
}

function reviewTopic(productId: number): string {
  return `product:${productId}:reviews`
}

function integer(payload: unknown, name: string): number {
  const value = property(payload, name)
  if (typeof value === 'number' && Number.isInteger(value)) return value
  throw unreadable(payload)
}

function property(payload: unknown, name: string): unknown {
  return isRecord(payload) ? payload[name] : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function unreadable(payload: unknown): Error {
  return new Error(`This is no event of the kind that its topic has: ${JSON.stringify(payload)}`)
}
