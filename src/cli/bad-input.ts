import { GraphQLError } from 'graphql'

/** Thrown for input that cannot be used. Its message is all that the user sees of it. */
export class BadInput extends Error {
  /** GraphQL's errors say where they are: file, line and the lines around it. */
  static fromErrors(what: string, errors: readonly GraphQLError[]): BadInput {
    return new BadInput([what, ...errors.map(String)].join('\n\n'))
  }
}

/** Runs what reads GraphQL. A document that nests too deeply exhausts the call stack of graphql-js: a RangeError. */
export function readingGraphQL<T>(what: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof GraphQLError) throw BadInput.fromErrors(what, [error])
    if (error instanceof RangeError) throw new BadInput(`${what}\n\nIt nests too deeply.`)
    throw error
  }
}
