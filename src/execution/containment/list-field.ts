/** A field that returns a list. */
export interface ListField {
  /** Such as `Product.reviews`. */
  readonly coordinate: string
  /** 1 for a list of items, 2 for a list of lists of them. */
  readonly depth: number
}
