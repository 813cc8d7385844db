import type { Selectable } from 'kysely'
import type { StorefrontTables } from '../tables.ts'
import { trading } from './period.ts'
import { reviewPhrases } from './phrases.ts'
import { createRandom } from './random.ts'
import type { ShopSize } from './shop-size.ts'

/** Which part of the reviews came at the very moment of the one before, for the same product. */
const TIED = 0.05

/** How often each rating is given: most people are pleased. */
const ratings = [1, 2, 3, 3, 4, 4, 4, 5, 5, 5, 5]

export function generateReviews(size: ShopSize): Selectable<StorefrontTables['reviews']>[] {
  const random = createRandom(4)
  let productId = 1
  let createdAt = random.moment(trading)
  return Array.from({ length: size.reviews }, (_, index) => {
    if (random.next() >= TIED) {
      productId = random.popular(size.products)
      createdAt = random.moment(trading)
    }
    const rating = random.pick(ratings)
    const { titles, sentences } = random.pick(reviewPhrases.slice(rating - 1, rating))
    return {
      id: index + 1,
      productId,
      customerId: random.integer(1, size.customers),
      rating,
      title: random.pick(titles),
      body: `${random.pick(sentences)} ${random.pick(sentences)}`,
      createdAt,
    }
  })
}
