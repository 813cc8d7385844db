import { setTimeout } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fullSize } from '../../../src/storefront/seed/shop-size.ts'
import type { ServerProcess } from '../../support/server-process.ts'
import { type EventData, eventClients } from './event-clients.ts'
import { openProcessSwitch, type ProcessSwitch } from './process-switch.ts'
import { openShop, type ShopProcesses, SUBSCRIBER_KEY } from './shop-processes.ts'

const kills = Number(process.env['KILLS'] ?? 5)

const MUTATIONS = [
  `mutation {
    placeOrder(input: { customerId: "Customer:1", lines: [{ productId: "Product:1", quantity: 1 }] }) { order { id } }
  }`,
  `mutation {
    addReview(input: { customerId: "Customer:1", productId: "Product:1", rating: 5, title: "a", body: "b" }) {
      review { id }
    }
  }`,
]

describe('subscribers on one process, of what is changed through another', () => {
  let shop: ShopProcesses
  let reader: ServerProcess
  let writer: ServerProcess
  let spares: Promise<ServerProcess>[]
  let entrance: ProcessSwitch
  let database: Client
  beforeAll(async () => {
    shop = await openShop()
    reader = await shop.start()
    spares = [shop.start(), shop.start()]
    writer = await shop.start()
    entrance = await openProcessSwitch(reader)
    database = new Client(shop.databaseUrl)
    await database.connect()
    await database.query('update inventory set quantity = 100000 where product_id = 1')
  })
  afterAll(async () => {
    await database.end()
    await entrance.close()
    await shop.close()
  })

  /** One that is ready; another is started in its place. */
  async function spare(): Promise<ServerProcess> {
    const ready = await spares.shift()
    if (ready === undefined) throw new Error('There is no process left')
    spares.push(shop.start())
    return ready
  }

  function subscribe(field: string, numberOf: (data: EventData) => number) {
    const seen: unknown[] = []
    const subscription = eventClients['graphql-ws']?.({
      url: entrance.url,
      key: SUBSCRIBER_KEY,
      query: `subscription { ${field} }`,
      variables: {},
      onResult: ({ data, errors }) => seen.push(data ? numberOf(data) : errors),
      onEnd: (how) => seen.push(how),
    })
    return { seen, stop: () => subscription?.stop() }
  }

  /** An order that takes one from the stock, and a review. */
  async function change(): Promise<void> {
    for (const mutation of MUTATIONS) await writer.query(mutation, { headers: { 'x-api-key': SUBSCRIBER_KEY } })
  }

  async function numbers(sql: string): Promise<readonly number[]> {
    const { rows } = await database.query<{ number: number }>(sql)
    return rows.map(({ number }) => Number(number))
  }

  test(`hear of it as it is in the database, while both are killed ${kills} times`, {
    timeout: 60_000 + kills * 20_000,
  }, async () => {
    const stock = subscribe('stockChanged(productIds: "Product:1") { quantity }', (data) =>
      Number(data.stockChanged?.quantity),
    )
    const reviews = subscribe('reviewAdded(productId: "Product:1") { id }', (data) =>
      Number(data.reviewAdded?.id.replace('Review:', '')),
    )
    async function changeUntilSeen(): Promise<number> {
      await change()
      return Math.min(stock.seen.length, reviews.seen.length)
    }
    await expect.poll(changeUntilSeen, { timeout: 10_000 }).toBeGreaterThan(0)

    for (let killed = 0; killed < kills; killed++) {
      for (let changes = 0; changes < 5; changes++) await change()
      const next = await spare()
      entrance.lead(next)
      // It is cut off somewhere in between, and may have happened or not.
      const doomed = change().catch(() => undefined)
      await setTimeout(killed % 10)
      await Promise.all([writer.stop('SIGKILL'), reader.stop('SIGKILL'), doomed])
      reader = next
      writer = await spare()
    }
    await change()

    const [left = Number.NaN] = await numbers('select quantity as number from inventory where product_id = 1')
    const added = await numbers(
      `select id as number from reviews where product_id = 1 and id > ${fullSize.reviews} order by id`,
    )
    await expect.poll(() => stock.seen.at(-1), { timeout: 10_000 }).toBe(left)
    await expect.poll(() => reviews.seen.at(-1), { timeout: 10_000 }).toBe(added.at(-1))
    stock.stop()
    reviews.stop()
    // The first ones were written before anybody had subscribed.
    expect(reviews.seen).toEqual(added.slice(-reviews.seen.length))
    expect(reviews.seen.length).toBeGreaterThan(5 * kills)
    // Of the stock the latest counts: what was in between may be left out, and nothing is told twice or out of order.
    expect(stock.seen).toEqual([...new Set(stock.seen)].sort((a, b) => Number(b) - Number(a)))
    const span = Number(stock.seen[0]) - left + 1
    process.stdout.write(
      `${kills} kills: ${reviews.seen.length} reviews, ${stock.seen.length} of ${span} changes of the stock\n`,
    )
  })
})
