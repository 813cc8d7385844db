import { buildSchema, parse } from 'graphql'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createCostModel } from '../../src/cost/cost-model.ts'
import { testBudget } from '../support/describe-budget-store.ts'
import { createTestApi, type TestApiOptions } from '../support/test-api.ts'

async function open(options: TestApiOptions = {}) {
  const api = await createTestApi(options)
  onTestFinished(api.close)
  return api
}

describe('GET /schema.graphql', () => {
  test.each([
    '{ things(first: 12) { id self { id } } }',
    '{ few(first: 3) { self { self { id } } } stuck }',
    'mutation { count other: count }',
  ])("lets a client come to the server's estimate by itself: %s", async (query) => {
    const api = await open()
    const { body } = await api.app.inject('/schema.graphql')
    const estimate = createCostModel(buildSchema(body)).plan(parse(query)).estimate()
    const answer = await api.send(query, { headers: { 'graphql-cost': 'validate' } })
    expect(answer.headers['graphql-cost']).toBe(`estimated=${estimate.cost}`)
  })

  test('is not there where introspection is not allowed', async () => {
    const api = await open({ introspection: false })
    expect((await api.app.inject('/schema.graphql')).statusCode).toBe(404)
  })

  test('costs a request of the address', async () => {
    const api = await open({ ipBudget: testBudget({ name: 'ip', level: 'ip', meter: 'requests', capacity: 1 }) })
    expect((await api.app.inject('/schema.graphql')).statusCode).toBe(200)
    expect((await api.app.inject('/schema.graphql')).statusCode).toBe(429)
  })
})
