import type { Selectable } from 'kysely'
import type { StorefrontTables } from '../tables.ts'
import { generateCategories, generateInventory, generateProducts } from './generate-catalogue.ts'
import { generateCustomers } from './generate-customers.ts'
import { generateOrders } from './generate-orders.ts'
import { generateReviews } from './generate-reviews.ts'
import type { ShopSize } from './shop-size.ts'
import { drawVocabulary } from './vocabulary.ts'

/** The rows of every table. */
export type Shop = { readonly [Table in keyof StorefrontTables]: readonly Selectable<StorefrontTables[Table]>[] }

/**
 * Makes up a shop: the same one for the same size. Products and customers are from 2023 and 2024, reviews and orders
 * from 2025. Some moments are equal on purpose, so that whoever pages by them has to tell equals apart.
 */
export function generateShop(size: ShopSize): Shop {
  const vocabulary = drawVocabulary()
  const products = generateProducts(size.products, vocabulary)
  return {
    categories: generateCategories(),
    products,
    inventory: generateInventory(size.products),
    customers: generateCustomers(size.customers, vocabulary),
    reviews: generateReviews(size),
    ...generateOrders(size, products),
  }
}
