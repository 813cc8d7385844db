/** A mistake in a schema's `@cost` or `@listSize`. */
export interface SchemaMistake {
  /** The schema coordinate: `Type`, `Type.field` or `Type.field(argument:)`. */
  readonly coordinate: string
  /** What was found, what is allowed, what to do. */
  readonly message: string
}

/** Thrown for a schema whose directives do not make sense. Names every mistake. */
export class CostSchemaError extends Error {
  readonly mistakes: readonly SchemaMistake[]

  constructor(mistakes: readonly SchemaMistake[]) {
    const list = mistakes.map(({ coordinate, message }) => `  ${coordinate}: ${message}`)
    const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`
    super(`The schema's cost directives have ${count}:\n${list.join('\n')}`)
    this.name = 'CostSchemaError'
    this.mistakes = mistakes
  }
}
