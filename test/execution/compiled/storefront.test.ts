import { execute } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '../../../src/execution/compiled/executor.ts'
import { openShop, type Shop } from '../../storefront/open-shop.ts'
import { operations } from '../../storefront/operations.ts'
import { observedExecution } from '../../support/observed-execution.ts'

describe('an operation on the storefront that is compiled', () => {
  let shop: Shop
  beforeAll(async () => {
    shop = await openShop()
  })
  afterAll(() => shop.close())

  test.each(operations)('is answered as graphql-js answers it, with the same statements: %s', async (_, source) => {
    const executor = createExecutor({ interpretedRuns: 0 })
    const before = shop.statements.length
    const expected = await observedExecution(execute, shop.request(source, {}))
    const statements = shop.statements.slice(before)
    for (let time = 0; time < 2; time++) {
      const args = shop.request(source, {})
      const since = shop.statements.length
      expect(await observedExecution((it) => executor.execute(it, executor), args)).toEqual(expected)
      expect(shop.statements.slice(since)).toEqual(statements)
    }
    expect(expected.data.length).toBeGreaterThan(100)
    expect(executor.stats().compiled).toBe(2)
  })
})
