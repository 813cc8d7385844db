import type { ExecutionResult } from 'graphql'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { clients, memoryEvents, openShop, type Shop } from '../open-shop.ts'
import { type Payload, setUpStand } from './order-stand.ts'

const events = memoryEvents()
let shop: Shop
let publish = events.orderStatusChanged

beforeAll(async () => {
  shop = await openShop({ seeded: false, events: { ...events, orderStatusChanged: (orderId) => publish(orderId) } })
})

afterEach(() => {
  publish = events.orderStatusChanged
})

afterAll(() => shop.close())

async function newOrder(): Promise<string> {
  const stand = await setUpStand(shop, [{ quantity: 1, priceCents: 100 }])
  const { order } = await stand.place(stand.products.map((productId) => ({ productId, quantity: 1 })))
  if (order === null) throw new Error('The test needs an order')
  return order.id
}

async function advance(id: string): Promise<Payload> {
  const source = `mutation ($id: ID!) { advanceOrder(id: $id) { order { id status } problems { code message line } } }`
  return (await shop.data<{ advanceOrder: Payload }>(source, { variables: { id }, client: clients.staff })).advanceOrder
}

describe('advanceOrder', () => {
  test('moves an order from placed to delivered, one status at a time, and no further', async () => {
    const id = await newOrder()
    for (const status of ['PAID', 'SHIPPED', 'DELIVERED']) {
      expect(await advance(id)).toEqual({ order: { id, status }, problems: [] })
    }
    const message = `${id} is delivered, and that is the last status.`
    expect(await advance(id)).toEqual({ order: null, problems: [{ code: 'ALREADY_DELIVERED', message, line: null }] })
  })

  test('says so where there is no such order', async () => {
    const message = 'There is no Order:777777.'
    expect(await advance('Order:777777')).toEqual({
      order: null,
      problems: [{ code: 'UNKNOWN_ORDER', message, line: null }],
    })
  })

  test('publishes once the change can be seen, and nothing where there was none', async () => {
    const seen: unknown[] = []
    publish = async (orderId) => {
      const row = await shop.db.selectFrom('orders').selectAll().where('id', '=', orderId).executeTakeFirst()
      seen.push([`Order:${orderId}`, row?.status])
    }
    const id = await newOrder()
    for (let times = 0; times < 5; times++) await advance(id)
    expect(seen).toEqual([
      [id, 'PAID'],
      [id, 'SHIPPED'],
      [id, 'DELIVERED'],
    ])
  })

  test('succeeds and reports the loss where the event cannot be published', async () => {
    publish = () => Promise.reject(new Error('no bus'))
    const id = await newOrder()
    expect(await advance(id)).toEqual({ order: { id, status: 'PAID' }, problems: [] })
    expect(shop.eventsLost).toEqual([new Error('no bus')])
  })
})

describe('orderStatusChanged', () => {
  const source = 'subscription ($id: ID!) { orderStatusChanged(orderId: $id) { id status customer { name } } }'

  async function subscribed(id: string, signal?: AbortSignal) {
    const results = await shop.subscribe(source, { variables: { id }, ...(signal !== undefined && { signal }) })
    if (!(Symbol.asyncIterator in results)) throw new Error(JSON.stringify(results))
    return results
  }

  const changed = (id: string, status: string): IteratorResult<ExecutionResult> => {
    return { done: false, value: { data: { orderStatusChanged: { id, status, customer: { name: 'Ada' } } } } }
  }

  test('gives the order as it is, each time its status has changed', async () => {
    const id = await newOrder()
    const other = await newOrder()
    const results = await subscribed(id)
    for (const status of ['PAID', 'SHIPPED', 'DELIVERED']) {
      const next = results.next()
      await advance(other)
      await advance(id)
      expect(await next).toEqual(changed(id, status))
    }
    await results.return()
  })

  test('shows the latest status where events come faster than they are read', async () => {
    const id = await newOrder()
    const results = await subscribed(id)
    await advance(id)
    await advance(id)
    expect(await results.next()).toEqual(changed(id, 'SHIPPED'))
    await results.return()
  })

  test('ends with its signal', async () => {
    const controller = new AbortController()
    const results = await subscribed(await newOrder(), controller.signal)
    const next = results.next()
    controller.abort()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  test.each([
    ['Order:777777', 'there is no such order.'],
    ['Product:1', 'allowed are ids of the type Order, such as Order:42.'],
  ])('of %s is refused', async (id, message) => {
    expect(await shop.subscribe(source, { variables: { id } })).toMatchObject({
      errors: [
        {
          message: expect.stringContaining(`Subscription.orderStatusChanged(orderId:) is "${id}"; ${message}`),
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ],
    })
  })
})
