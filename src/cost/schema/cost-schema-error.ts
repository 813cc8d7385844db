import { type SchemaRule, schemaRules } from './schema-rules.ts'

/** A mistake in a schema's `@cost` or `@listSize`. */
export interface SchemaMistake {
  /** The schema coordinate: `Type`, `Type.field`, `Type.field(argument:)`, `@directive` or `@directive(argument:)`. */
  readonly coordinate: string
  /** The rule of the specification that it breaks. */
  readonly rule: SchemaRule
  /** What was found, what is allowed, what to do. */
  readonly message: string
}

/** Thrown for a schema whose directives do not make sense. Names every mistake. */
export class CostSchemaError extends Error {
  readonly mistakes: readonly SchemaMistake[]

  constructor(mistakes: readonly SchemaMistake[]) {
    const list = mistakes.map(
      ({ coordinate, rule, message }) => `  ${coordinate}: ${message} (${schemaRules[rule]} ${rule})`,
    )
    const count = mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`
    super(`The schema's cost directives have ${count}:\n${list.join('\n')}`)
    this.name = 'CostSchemaError'
    this.mistakes = mistakes
  }
}
