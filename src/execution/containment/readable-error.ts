import { inspect } from 'node:util'

/**
 * What was thrown, as an error that can be located, logged and sent. Whoever throws may throw anything, even what throws
 * again when somebody looks at it.
 */
export function readableError(thrown: unknown): Error {
  try {
    if (!(thrown instanceof Error)) return new Error(`What was thrown is no error: ${inspect(thrown)}`)
    look(thrown, 0)
    return Object.isExtensible(thrown) ? thrown : copyOf(thrown)
  } catch {
    return new Error('What was thrown cannot be read')
  }
}

/** Reads what graphql-js and loggers read of an error, and of the errors that it was made of. */
function look(value: unknown, depth: number): void {
  // An error may be its own cause.
  if (!(value instanceof Error) || depth > MAX_CAUSES) return
  for (const text of [value.name, value.message, String(value)]) {
    if (typeof text !== 'string') throw new TypeError('An error is described by what is no text')
  }
  for (const name of READ) look(Reflect.get(value, name), depth + 1)
  for (const name in value) look(Reflect.get(value, name), depth + 1)
}

/** Loggers leave marks on what they have seen, which what is frozen does not take. */
function copyOf(error: Error): Error {
  return Object.create(Object.getPrototypeOf(error), Object.getOwnPropertyDescriptors(error))
}

const MAX_CAUSES = 5
const READ = ['stack', 'cause', 'originalError', 'path', 'nodes', 'source', 'positions', 'extensions'] as const
