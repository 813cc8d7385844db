import type { Selectable } from 'kysely'
import type { Page } from './pages/page.ts'
import type { StorefrontTables } from './tables.ts'

type Row<Table extends keyof StorefrontTables> = Readonly<Selectable<StorefrontTables[Table]>>

/** What resolvers of each GraphQL type are given: rows as the database has them. */
export type ProductRow = Row<'products'>
export type CategoryRow = Row<'categories'>
export type ReviewRow = Row<'reviews'>
export type CustomerRow = Row<'customers'>
export type OrderRow = Row<'orders'>
export type OrderLineRow = Row<'orderLines'>

export type ProductPage = Page<ProductRow>
export type ReviewPage = Page<ReviewRow>
export type OrderPage = Page<OrderRow>

/** A row that says of which GraphQL type it is, for fields that may return several. */
type Typed<Name extends string, Row> = Row & { readonly type: Name }

export type SearchResultRow = Typed<'Product', ProductRow> | Typed<'Category', CategoryRow>
export type NodeRow =
  | SearchResultRow
  | Typed<'Review', ReviewRow>
  | Typed<'Customer', CustomerRow>
  | Typed<'Order', OrderRow>
