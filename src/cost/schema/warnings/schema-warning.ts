/** Something in a schema that is allowed, and most likely not what its author means. */
export interface SchemaWarning {
  /** The schema coordinate: `Type`, `Type.field`, `Type.field(argument:)`, `Enum.VALUE` or `@directive(argument:)`. */
  readonly coordinate: string
  /** What was found, what follows from it, what to do. */
  readonly message: string
}
