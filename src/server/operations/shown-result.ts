import type { ExecutionResult, GraphQLFormattedError } from 'graphql'
import { nameMistake } from './name-mistakes.ts'

/** A result as its client sees it. */
export type Show = (result: Shown) => ShownResult

/** Those that graphql-ws and graphql-js declare differ in what may be undefined. */
type Shown = { readonly [Key in keyof ExecutionResult]: ExecutionResult[Key] | undefined }

export type ShownResult = Omit<ExecutionResult, 'errors'> & { readonly errors?: readonly GraphQLFormattedError[] }

/** @param formatError what a client sees of an error */
export function shownResult(
  formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError,
): Show {
  return ({ data, errors, extensions }) => {
    // Nearly all are so.
    if (errors === undefined && extensions === undefined && data !== undefined) return { data }
    return {
      ...(errors !== undefined && {
        errors: errors.map(nameMistake).map((error) => formatError(error.toJSON(), error)),
      }),
      ...(data !== undefined && { data }),
      ...(extensions !== undefined && { extensions }),
    }
  }
}
