import type { Kysely } from 'kysely'
import { recordEvents } from '../../database/outbox.ts'
import { changeEvents } from '../change-events.ts'
import { globalId } from '../checks/global-id.ts'
import type { ReviewProblem, ReviewProblemCode } from '../generated/storefront-resolvers.ts'
import { customersById } from '../orders/customers.ts'
import type { ReviewRow } from '../rows.ts'
import type { StorefrontTables } from '../tables.ts'
import { productsById } from './products.ts'

export type ReviewDraft = Pick<ReviewRow, 'customerId' | 'productId' | 'rating' | 'title' | 'body'>

/** What became of a review: the review, or why there is none. */
type ReviewOutcome =
  | { readonly review: ReviewRow; readonly problems: readonly [] }
  | { readonly review: null; readonly problems: readonly ReviewProblem[] }

const MAX_TITLE = 100
const MAX_BODY = 2000

/** Adds a review, and tells of it. */
export async function addReview(
  db: Kysely<StorefrontTables>,
  draft: ReviewDraft,
  createdAt: Date,
): Promise<ReviewOutcome> {
  const mistakes = reviewMistakes(draft)
  if (mistakes.length > 0) return { review: null, problems: mistakes }
  return await db.transaction().execute(async (transaction) => {
    const problems = await unknown(transaction, draft)
    if (problems.length > 0) return { review: null, problems }
    const review = await transaction
      .insertInto('reviews')
      .values({ ...draft, createdAt })
      .returningAll()
      .executeTakeFirstOrThrow()
    await recordEvents(transaction, [changeEvents.review.event(review.productId, review.id)])
    return { review, problems: [] }
  })
}

/** What is wrong with a review by itself, all of it. */
function reviewMistakes({ rating, title, body }: ReviewDraft): readonly ReviewProblem[] {
  const problems: ReviewProblem[] = []
  if (rating < 1 || rating > 5) problems.push(problem('INVALID_RATING', `The rating is ${rating}; 1 to 5 are allowed.`))
  return [
    ...problems,
    ...textMistakes('INVALID_TITLE', 'title', title, MAX_TITLE),
    ...textMistakes('INVALID_BODY', 'body', body, MAX_BODY),
  ]
}

function textMistakes(code: ReviewProblemCode, name: string, text: string, maxLength: number): ReviewProblem[] {
  // PostgreSQL has no texts with NUL in them.
  if (text.includes('\0')) return [problem(code, `The ${name} has a NUL character; none is allowed.`)]
  const { length } = [...text]
  if (length >= 1 && length <= maxLength) return []
  return [problem(code, `The ${name} has ${length} characters; 1 to ${maxLength} are allowed.`)]
}

async function unknown(
  db: Kysely<StorefrontTables>,
  { customerId, productId }: ReviewDraft,
): Promise<readonly ReviewProblem[]> {
  const customer = await customersById(db, [customerId])
  const product = await productsById(db, [productId])
  const problems: ReviewProblem[] = []
  if (customer(customerId) === null) {
    problems.push(problem('UNKNOWN_CUSTOMER', `There is no ${globalId('Customer', customerId)}.`))
  }
  if (product(productId) === null) {
    problems.push(problem('UNKNOWN_PRODUCT', `There is no ${globalId('Product', productId)}.`))
  }
  return problems
}

function problem(code: ReviewProblemCode, message: string): ReviewProblem {
  return { code, message }
}
