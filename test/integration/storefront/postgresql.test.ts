import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openShop, type Shop } from '../../storefront/open-shop.ts'
import { operations } from '../../storefront/operations.ts'
import { describeOrderConcurrency } from '../../storefront/orders/describe-order-concurrency.ts'
import { openPostgres, type PostgresServer } from '../../support/postgres.ts'

let server: PostgresServer
let shop: Shop

beforeAll(async () => {
  server = await openPostgres(inject('databaseUrl'))
  shop = await openShop({ url: await server.createDatabase() })
})

afterAll(async () => {
  await shop.close()
  await server.stop()
})

describe('the storefront on PostgreSQL answers as it does on PGlite', () => {
  let pglite: Shop

  beforeAll(async () => {
    pglite = await openShop()
  })

  afterAll(() => pglite.close())

  test.each(operations)('%s', async (_, source) => {
    expect(await shop.data(source)).toEqual(await pglite.data(source))
  })
})

describe('orders on PostgreSQL, over ten connections', () => {
  describeOrderConcurrency(() => shop)
})
