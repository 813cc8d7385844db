/**
 * The rules that a schema's cost directives keep, each with the section of the IBM GraphQL Cost Directives
 * specification (draft of October 2023) that states it. From 9.1 on the names are the titles of those sections; where
 * a rule goes beyond its section, it says so.
 */
export const schemaRules = {
  /** A weight is a number in decimal notation, finite. */
  'Valid Weight': '7.1',
  /** `@cost` is declared with a `weight` that can hold a number, and used with one; a location has one weight. */
  'Cost Directive': '9.1',
  /** `@cost` stands on the fields of object types: what a field of an interface costs follows from those. */
  'No Cost on Interface Fields': '9.1.1',
  /** `@listSize` is declared, and used, with the types that the specification gives its arguments. */
  'List Size Directive': '9.2',
  /** `@listSize` stands on lists, or has `sizedFields`. */
  'Valid List Size Target': '9.2.1',
  /** Sized fields exist in the returned type and return lists. Beyond the section: each may be a path, and is named once. */
  'Valid Sized Fields Target': '9.2.2',
  /**
   * Slicing arguments exist and are of type `Int`. Beyond the section: each may be a `Float`, a custom scalar, a list or
   * a path into an input object, and is named once.
   */
  'Valid Slicing Arguments Target': '9.2.3',
  /** `assumedSize` leaves no doubt about which size holds. Beyond the section: it is 0 or more. */
  'Valid Assumed Size': '9.2.4',
} as const

export type SchemaRule = keyof typeof schemaRules
