import { existing, loader, pageLoader } from '../reading/loader.ts'
import { categoriesById, categoriesByParent } from './categories.ts'
import { productPagesByCategory, productsById } from './products.ts'
import { averageRatings, reviewPagesByProduct, reviewsById } from './reviews.ts'
import { stock } from './stock.ts'

export const findProduct = loader(productsById)
export const loadProduct = existing('product', findProduct)
export const loadProductPage = pageLoader(productPagesByCategory)
export const loadStock = loader(stock)

export const findCategory = loader(categoriesById)
export const loadCategory = existing('category', findCategory)
export const loadChildren = loader(categoriesByParent)

export const findReview = loader(reviewsById)
export const loadReview = existing('review', findReview)
export const loadReviewPage = pageLoader(reviewPagesByProduct)
export const loadAverageRating = loader(averageRatings)
