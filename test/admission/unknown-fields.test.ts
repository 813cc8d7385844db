import { buildSchema } from 'graphql'
import { expect, test } from 'vitest'
import { unknownFields } from '../../src/admission/unknown-fields.ts'
import { testBudget } from '../support/describe-budget-store.ts'

const schema = buildSchema('type Query { shop: Shop } type Mutation { order: Int } type Shop { name: String }')

test.each([
  { field: 'Query.shop', known: true },
  { field: 'Mutation.order', known: true },
  { field: undefined, known: true },
  { field: 'Mutation.shop', known: false },
  { field: 'Subscription.order', known: false },
  { field: 'Shop.name', known: false },
])('a budget on the field $field is named unless a root type has it', ({ field, known }) => {
  const budgets = [{ ...testBudget({ name: 'orders', level: 'operation' }), field }]
  const found = unknownFields(
    [
      {
        name: 'free',
        maxCost: 1,
        timeoutMs: 1,
        priority: 0,
        maxSubscriptions: 100,
        maxSubscriptionsPerSocket: 100,
        outOfBudget: 'pause',
        budgets,
      },
    ],
    schema,
  )
  const line = `tiers.free.budgets: "orders" is on the field ${field}, which the schema does not have`
  expect(found).toEqual(known ? [] : [line])
})
