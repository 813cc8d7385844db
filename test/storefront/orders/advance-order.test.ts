import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { clients, openShop, type Shop } from '../open-shop.ts'
import { type Payload, setUpStand } from './order-stand.ts'

let shop: Shop
let countOfWakes = 0
let onEventsRecorded = () => {}

beforeAll(async () => {
  shop = await openShop({
    seeded: false,
    onEventsRecorded() {
      countOfWakes += 1
      onEventsRecorded()
    },
  })
})

afterEach(() => {
  onEventsRecorded = () => {}
})

afterAll(() => shop.close())

function topicOf(orderId: string): string {
  return `${orderId.toLowerCase()}:status`
}

async function statusEvents(orderId: string): Promise<readonly unknown[]> {
  const events = await shop.events(topicOf(orderId))
  return events.map(({ payload }) => Object(payload).status)
}

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

  test('tells of each status once, in order, and of nothing where there was no change', async () => {
    const id = await newOrder()
    const told = countOfWakes
    for (let times = 0; times < 5; times++) await advance(id)
    expect(await statusEvents(id)).toEqual(['PAID', 'SHIPPED', 'DELIVERED'])
    expect(countOfWakes - told).toBe(3)
  })

  test('says that there are events once they can be seen', async () => {
    const id = await newOrder()
    const seen = new Promise((resolve) => {
      onEventsRecorded = () => resolve(statusEvents(id))
    })
    await advance(id)
    expect(await seen).toEqual(['PAID'])
  })
})

describe('orderStatusChanged', () => {
  const source = 'subscription ($id: ID!) { orderStatusChanged(orderId: $id) { id status customer { name } } }'

  test('comes by the topic of the order, for all clients of a role, and ends where events would be missed', async () => {
    const id = await newOrder()
    expect(await shop.subscribe(source, { variables: { id } })).toMatchObject({
      topics: [topicOf(id)],
      sharedBy: 'role',
      overflow: 'close',
    })
  })

  test('shows each status once and in order, although the order has moved on', async () => {
    const id = await newOrder()
    for (let times = 0; times < 3; times++) await advance(id)
    for (const [index, status] of ['PAID', 'SHIPPED', 'DELIVERED'].entries()) {
      const event = (await shop.events(topicOf(id)))[index]?.payload
      expect(await shop.answer(source, event, { variables: { id } })).toEqual({
        data: { orderStatusChanged: { id, status, customer: { name: 'Ada' } } },
      })
    }
  })

  test.each([
    ['of an order that is gone', { orderId: 777777, status: 'PAID' }, 'the order 777777, which is not there'],
    ['without a status', { orderId: 1 }, 'no event of the kind'],
    ['with an unknown status', { orderId: 1, status: 'LOST' }, 'no event of the kind'],
    ['without an order', { status: 'PAID' }, 'no event of the kind'],
    ['that is nothing', null, 'no event of the kind'],
  ])('answers an event %s with an error', async (_what, event, message) => {
    const { errors } = await shop.answer(source, event, { variables: { id: 'Order:1' } })
    expect(errors?.[0]?.message).toContain(message)
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
