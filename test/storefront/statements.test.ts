import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openShop, type Shop } from './open-shop.ts'
import { operations } from './operations.ts'

let shop: Shop

beforeAll(async () => {
  shop = await openShop()
})

afterAll(() => shop.close())

describe('an operation asks the database once for each field that needs it', () => {
  test.each(operations)('%s', async (_, source, fields) => {
    shop.statements.length = 0
    await shop.data(source)
    expect(shop.statements).toHaveLength(fields.length)
  })
})
