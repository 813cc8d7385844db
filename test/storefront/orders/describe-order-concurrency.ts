import { expect, test } from 'vitest'
import { clients, type Shop } from '../open-shop.ts'
import { type Payload, setUpStand } from './order-stand.ts'

/** What holds however many clients order at once. Every kind of database has to pass. */
export function describeOrderConcurrency(shop: () => Shop): void {
  test('50 orders at once for the last 10 items sell exactly 10', async () => {
    const stand = await setUpStand(shop(), [{ quantity: 10, priceCents: 100 }])
    const lines = stand.products.map((productId) => ({ productId, quantity: 1 }))
    const payloads = await Promise.all(Array.from({ length: 50 }, () => stand.place(lines)))
    expect(payloads.filter(({ order }) => order !== null)).toHaveLength(10)
    expect(payloads.filter(({ problems }) => problems[0]?.code === 'OUT_OF_STOCK')).toHaveLength(40)
    expect(await stand.left()).toEqual([0])
    expect(await stand.sold()).toEqual([10])
    expect(await stand.stockEvents()).toEqual([[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]])
  })

  test('orders of the same products in any order of lines neither block each other nor sell what is not there', async () => {
    const stand = await setUpStand(
      shop(),
      [20, 30, 25].map((quantity) => ({ quantity, priceCents: 100 })),
    )
    const lines = stand.products.map((productId) => ({ productId, quantity: 2 }))
    const payloads = await Promise.all(
      Array.from({ length: 40 }, (_, index) => {
        const turned = [...lines.slice(index % 3), ...lines.slice(0, index % 3)]
        return stand.place(index % 2 === 0 ? turned : turned.toReversed())
      }),
    )
    expect(payloads.filter(({ order }) => order !== null)).toHaveLength(10)
    expect(await stand.left()).toEqual([0, 10, 5])
    expect(await stand.sold()).toEqual([20, 20, 20])
  })

  test('an order advanced by five clients at once goes through each status once, and two are told the truth', async () => {
    const stand = await setUpStand(shop(), [{ quantity: 1, priceCents: 100 }])
    const { order } = await stand.place(stand.products.map((productId) => ({ productId, quantity: 1 })))
    const source = `mutation ($id: ID!) { advanceOrder(id: $id) { order { id status } problems { code message line } } }`
    const options = { variables: { id: order?.id }, client: clients.staff }
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => shop().data<{ advanceOrder: Payload }>(source, options)),
    )
    const outcomes = answers.map(({ advanceOrder }) => advanceOrder.order?.status ?? advanceOrder.problems[0]?.code)
    expect(outcomes.toSorted()).toEqual(['ALREADY_DELIVERED', 'ALREADY_DELIVERED', 'DELIVERED', 'PAID', 'SHIPPED'])
  })
}
