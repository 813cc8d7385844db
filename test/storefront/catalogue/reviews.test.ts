import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openShop, type Shop } from '../open-shop.ts'

let shop: Shop
let countOfWakes = 0

beforeAll(async () => {
  shop = await openShop({
    onEventsRecorded() {
      countOfWakes += 1
    },
  })
})

afterAll(() => shop.close())

const input = { customerId: 'Customer:1', productId: 'Product:1', rating: 4, title: 'Fits', body: 'It holds.' }

async function add(change: Partial<typeof input> = {}) {
  const source = `mutation ($input: AddReviewInput!) { addReview(input: $input) { problems { code message } review {
    id rating title body createdAt author { id } product { id } } } }`
  const { addReview } = await shop.data<{ addReview: Payload }>(source, {
    variables: { input: { ...input, ...change } },
  })
  return addReview
}

interface Payload {
  readonly review: { readonly id: string } | null
  readonly problems: readonly { readonly code: string; readonly message: string }[]
}

describe('addReview', () => {
  test('adds a review that is the newest of its product, and tells of it once', async () => {
    const told = countOfWakes
    const { review } = await add({ productId: 'Product:7' })
    expect(review).toEqual({
      id: expect.stringMatching(/^Review:\d+$/),
      rating: 4,
      title: 'Fits',
      body: 'It holds.',
      createdAt: '2026-11-24T09:30:00.000Z',
      author: { id: 'Customer:1' },
      product: { id: 'Product:7' },
    })
    expect(await shop.data('{ product(id: "Product:7") { reviews(first: 1) { nodes { id } } } }')).toEqual({
      product: { reviews: { nodes: [{ id: review?.id }] } },
    })
    expect(await shop.events('product:7:')).toEqual([
      { topic: 'product:7:reviews', payload: { reviewId: Number(review?.id.slice('Review:'.length)) } },
    ])
    expect(countOfWakes - told).toBe(1)
  })

  test('takes texts of the full length, counted as people count', async () => {
    expect(await add({ title: '🙂'.repeat(100), body: 'ü'.repeat(2000) })).toMatchObject({ problems: [] })
  })

  test.each([
    ['a rating of 0', { rating: 0 }, 'INVALID_RATING', 'The rating is 0; 1 to 5 are allowed.'],
    ['a rating of 6', { rating: 6 }, 'INVALID_RATING', 'The rating is 6; 1 to 5 are allowed.'],
    ['no title', { title: '' }, 'INVALID_TITLE', 'The title has 0 characters; 1 to 100 are allowed.'],
    [
      'a long title',
      { title: 'x'.repeat(101) },
      'INVALID_TITLE',
      'The title has 101 characters; 1 to 100 are allowed.',
    ],
    ['a NUL in the title', { title: 'x\0' }, 'INVALID_TITLE', 'The title has a NUL character; none is allowed.'],
    ['no body', { body: '' }, 'INVALID_BODY', 'The body has 0 characters; 1 to 2000 are allowed.'],
    ['a long body', { body: 'x'.repeat(2001) }, 'INVALID_BODY', 'The body has 2001 characters; 1 to 2000 are allowed.'],
    ['an unknown customer', { customerId: 'Customer:999' }, 'UNKNOWN_CUSTOMER', 'There is no Customer:999.'],
    ['an unknown product', { productId: 'Product:999999' }, 'UNKNOWN_PRODUCT', 'There is no Product:999999.'],
  ])('adds nothing and tells of nothing, and says why: %s', async (_what, change, code, message) => {
    const before = await shop.events('reviews')
    expect(await add(change)).toEqual({ review: null, problems: [{ code, message }] })
    expect(await shop.events('reviews')).toEqual(before)
  })

  test('names all mistakes at once', async () => {
    const { problems } = await add({ rating: -1, title: '', body: '' })
    expect(problems.map(({ code }) => code)).toEqual(['INVALID_RATING', 'INVALID_TITLE', 'INVALID_BODY'])
  })
})

describe('reviewAdded', () => {
  const source = 'subscription ($id: ID!) { reviewAdded(productId: $id) { title author { name } } }'
  const options = { variables: { id: 'Product:1' } }

  test('comes by the topic of the product, for all clients of a role, and ends where reviews would be missed', async () => {
    expect(await shop.subscribe(source, options)).toMatchObject({
      topics: ['product:1:reviews'],
      sharedBy: 'role',
      overflow: 'close',
    })
  })

  test('shows the review of the event', async () => {
    await add({ title: 'Of the event' })
    const event = (await shop.events('product:1:reviews')).at(-1)?.payload
    expect(await shop.answer(source, event, options)).toMatchObject({
      data: { reviewAdded: { title: 'Of the event', author: { name: expect.any(String) } } },
    })
  })

  test.each([
    ['of a review that is gone', { reviewId: 777777 }, 'the review 777777, which is not there'],
    ['without a review', {}, 'no event of the kind'],
  ])('answers an event %s with an error', async (_what, event, message) => {
    expect((await shop.answer(source, event, options)).errors?.[0]?.message).toContain(message)
  })

  test('of an unknown product is refused', async () => {
    expect(await shop.subscribe(source, { variables: { id: 'Product:777777' } })).toMatchObject({
      errors: [
        {
          message: expect.stringContaining('(productId:) is "Product:777777"; there is no such product.'),
          extensions: { code: 'BAD_USER_INPUT' },
        },
      ],
    })
  })
})
