/** How many rows a shop is filled with, at least 1 each. Its categories are always the same; an order has 1 to 5 lines. */
export interface ShopSize {
  readonly products: number
  readonly customers: number
  readonly reviews: number
  readonly orders: number
}

export const fullSize: ShopSize = { products: 10_000, customers: 2_000, reviews: 30_000, orders: 50_000 }
