import type { Generated } from 'kysely'

/** The tables of the shop, as the migrations leave them. Money is in cents, moments come as `Date`. */
export interface StorefrontTables {
  categories: CategoryTable
  products: ProductTable
  inventory: InventoryTable
  customers: CustomerTable
  reviews: ReviewTable
  orders: OrderTable
  orderLines: OrderLineTable
}

interface CategoryTable {
  id: number
  slug: string
  name: string
  parentId: number | null
}

interface ProductTable {
  id: number
  sku: string
  name: string
  description: string
  priceCents: number
  categoryId: number
  createdAt: Date
}

interface InventoryTable {
  productId: number
  /** What can be ordered. The database refuses numbers below 0. */
  quantity: number
}

interface CustomerTable {
  id: number
  name: string
  email: string
  createdAt: Date
}

interface ReviewTable {
  id: Generated<number>
  productId: number
  customerId: number
  /** From 1 to 5. */
  rating: number
  title: string
  body: string
  createdAt: Date
}

interface OrderTable {
  id: Generated<number>
  customerId: number
  status: OrderStatus
  totalCents: number
  placedAt: Date
}

interface OrderLineTable {
  orderId: number
  /** Counted from 0. */
  position: number
  productId: number
  quantity: number
  unitPriceCents: number
}

export type OrderStatus = 'PLACED' | 'PAID' | 'SHIPPED' | 'DELIVERED'
