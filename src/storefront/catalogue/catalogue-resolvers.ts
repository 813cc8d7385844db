import { requireKey } from '../checks/access.ts'
import { badInput } from '../checks/bad-input.ts'
import { argument, field } from '../checks/coordinates.ts'
import { globalId, parseId } from '../checks/global-id.ts'
import type { AddReviewInput, ProductFilter, Resolvers } from '../generated/storefront-resolvers.ts'
import { money } from '../money.ts'
import { loadCustomer } from '../orders/order-loaders.ts'
import { connectionResolvers } from '../pages/connection-resolvers.ts'
import { checkFirst, pageRequest } from '../pages/page-request.ts'
import { addReview, type ReviewDraft } from './add-review.ts'
import {
  findCategory,
  findProduct,
  loadAverageRating,
  loadCategory,
  loadChildren,
  loadProduct,
  loadProductPage,
  loadReviewPage,
  loadStock,
} from './catalogue-loaders.ts'
import { topCategories } from './categories.ts'
import { type ProductCriteria, productPage, productSorts } from './products.ts'
import { reviewAdded } from './review-added.ts'
import { newestReviews } from './reviews.ts'
import { search } from './search.ts'
import { stockChanged } from './stock-changed.ts'

/** Everything in schema/storefront/catalogue.graphql. */
export const catalogueResolvers = {
  Query: {
    product: (_, { id }, context, info) => findProduct(context, parseId('Product', id, argument(info, 'id'))),
    products: (_, { filter, sort, ...args }, { reads }, info) => {
      const request = pageRequest(info, args, { sort: productSorts[sort ?? 'NEWEST'], maxFirst: 100 })
      return productPage(reads.db, criteria(filter), request)
    },
    category: (_, { id }, context, info) => findCategory(context, parseId('Category', id, argument(info, 'id'))),
    categories: (_, _args, { reads }) => topCategories(reads.db),
    search: (_, { query, first }, { reads }, info) => {
      const words = query.trim()
      const { length } = [...words]
      if (length < 2 || length > 100) {
        throw badInput(`${argument(info, 'query')} has the length ${length}; 2 to 100 are allowed.`)
      }
      // PostgreSQL has no texts with NUL in them.
      if (words.includes('\0')) throw badInput(`${argument(info, 'query')} has a NUL character; none is allowed.`)
      return search(reads.db, words, checkFirst(info, first, 50))
    },
  },
  Mutation: {
    addReview: async (_, { input }, { client, reads, onEventsRecorded, now }, info) => {
      requireKey(client, field(info))
      const outcome = await addReview(reads.db, draft(input), now())
      reads.forget()
      if (outcome.review !== null) onEventsRecorded()
      return outcome
    },
  },
  Subscription: { stockChanged, reviewAdded },
  Product: {
    id: ({ id }) => globalId('Product', id),
    price: ({ priceCents }) => money(priceCents),
    category: ({ categoryId }, _, context) => loadCategory(context, categoryId),
    stock: ({ id }, _, context) => loadStock(context, id),
    averageRating: ({ id }, _, context) => loadAverageRating(context, id),
    reviews: ({ id }, args, context, info) =>
      loadReviewPage(context, id, pageRequest(info, args, { sort: newestReviews, maxFirst: 50 })),
  },
  Category: {
    id: ({ id }) => globalId('Category', id),
    parent: ({ parentId }, _, context) => (parentId === null ? null : loadCategory(context, parentId)),
    children: ({ id }, _, context) => loadChildren(context, id),
    products: ({ id }, args, context, info) =>
      loadProductPage(context, id, pageRequest(info, args, { sort: productSorts.NEWEST, maxFirst: 100 })),
  },
  Review: {
    id: ({ id }) => globalId('Review', id),
    author: ({ customerId }, _, context) => loadCustomer(context, customerId),
    product: ({ productId }, _, context) => loadProduct(context, productId),
  },
  SearchResult: { __resolveType: ({ type }) => type },
  ProductConnection: connectionResolvers,
  ReviewConnection: connectionResolvers,
} satisfies Resolvers

function draft({ customerId, productId, rating, title, body }: AddReviewInput): ReviewDraft {
  return {
    customerId: parseId('Customer', customerId, 'AddReviewInput.customerId'),
    productId: parseId('Product', productId, 'AddReviewInput.productId'),
    rating,
    title,
    body,
  }
}

function criteria(filter: ProductFilter | null | undefined): ProductCriteria {
  const { categoryId, minPrice, maxPrice, inStock } = filter ?? {}
  return {
    categoryId:
      typeof categoryId === 'string' ? parseId('Category', categoryId, 'ProductFilter.categoryId') : undefined,
    minPriceCents: minPrice ?? undefined,
    maxPriceCents: maxPrice ?? undefined,
    inStock: inStock ?? undefined,
  }
}
