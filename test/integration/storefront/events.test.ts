import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createOutboxRelay } from '../../../src/database/outbox-relay.ts'
import { clients, openShop } from '../../storefront/open-shop.ts'
import { setUpStand } from '../../storefront/orders/order-stand.ts'
import { openPostgres, type PostgresServer } from '../../support/postgres.ts'

type Node = Awaited<ReturnType<typeof openNode>>

/** What both nodes have delivered, in the order that a log which they share would have. */
const log: { topic: string; payload: unknown }[] = []
const errors: unknown[] = []
let server: PostgresServer
let nodes: readonly [Node, Node]

beforeAll(async () => {
  server = await openPostgres(inject('databaseUrl'))
  const url = await server.createDatabase()
  nodes = [await openNode(url), await openNode(url)]
})

afterAll(async () => {
  for (const { relay, shop } of nodes) {
    await relay.close()
    await shop.close()
  }
  await server.stop()
})

/** A shop with connections and a relay of its own, as a process has them. */
async function openNode(url: string) {
  const shop = await openShop({ url, onEventsRecorded: () => relay.wake() })
  let deliveries = 0
  const relay = createOutboxRelay({
    db: shop.db,
    onError: (error) => errors.push(error),
    async deliver(topic, events) {
      // Of different length, so that whoever did not wait its turn would overtake.
      await setTimeout(deliveries++ % 5)
      log.push(...events.map(({ payload }) => ({ topic, payload })))
    },
  })
  return { shop, relay }
}

function propertyOf(topic: string, name: string): unknown[] {
  return log.filter((event) => event.topic === topic).map(({ payload }) => Object(payload)[name])
}

test('the events of a product come in the order of its quantities, each once, over two processes', async () => {
  const stand = await setUpStand(
    nodes[0].shop,
    [50, 50, 50].map((quantity) => ({ quantity, priceCents: 100 })),
  )
  const lines = stand.products.map((productId) => ({ productId, quantity: 1 }))
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => {
      const turned = [...lines.slice(index % 3), ...lines.slice(0, index % 3)]
      return stand.place(turned, undefined, nodes[index % 2]?.shop)
    }),
  )
  const left = Array.from({ length: 50 }, (_, index) => 49 - index)
  for (const id of stand.products) {
    const topic = `${id.toLowerCase()}:stock`
    await expect.poll(() => propertyOf(topic, 'quantity'), { timeout: 10_000 }).toEqual(left)
  }
  expect(errors).toEqual([])
})

test('the events of an order come in the order of its statuses, each once, over two processes', async () => {
  const stand = await setUpStand(nodes[0].shop, [{ quantity: 10, priceCents: 100 }])
  const lines = stand.products.map((productId) => ({ productId, quantity: 1 }))
  const orders = await Promise.all(Array.from({ length: 10 }, () => stand.place(lines)))
  const ids = orders.flatMap(({ order }) => (order === null ? [] : [order.id]))
  const source = 'mutation ($id: ID!) { advanceOrder(id: $id) { order { id } problems { code } } }'
  await Promise.all(
    Array.from({ length: 5 }, (_, round) =>
      ids.map((id, index) =>
        nodes[(round + index) % 2 === 0 ? 0 : 1].shop.data(source, { variables: { id }, client: clients.staff }),
      ),
    ).flat(),
  )
  for (const id of ids) {
    const topic = `${id.toLowerCase()}:status`
    await expect.poll(() => propertyOf(topic, 'status')).toEqual(['PAID', 'SHIPPED', 'DELIVERED'])
  }
  expect(errors).toEqual([])
})
