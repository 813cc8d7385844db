import type { ExecutionArgs, ExecutionResult, GraphQLError } from 'graphql'

type Execute = (args: ExecutionArgs) => ExecutionResult | PromiseLike<ExecutionResult>

/**
 * All that can be seen of an execution and told apart: whether it was asynchronous, its data with the order of keys and
 * what objects inherit, its errors with theirs, and how many rejections it left for nobody.
 */
export async function observedExecution(execute: Execute, args: ExecutionArgs) {
  const unhandled: string[] = []
  // The runner of the tests takes what is left for nobody for a failure of the test.
  const listeners = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (reason) => void unhandled.push(String(reason)))
  try {
    const executed = execute(args)
    const result = await executed
    // What goes on after the answer is over by then.
    await new Promise((resolve) => setImmediate(resolve))
    return {
      isAsync: executed !== result,
      keys: Object.keys(result),
      data: written(result.data),
      errors: result.errors?.map(describeError),
      unhandled,
    }
  } finally {
    process.removeAllListeners('unhandledRejection')
    for (const listener of listeners) process.on('unhandledRejection', listener)
  }
}

function describeError(error: GraphQLError) {
  const { message, path, locations, extensions, originalError, nodes } = error
  return {
    prototype: Object.getPrototypeOf(error)?.constructor?.name,
    message,
    path,
    locations,
    extensions,
    original: originalError && `${originalError.name}: ${originalError.message}`,
    nodes: nodes?.map(({ loc }) => loc?.start),
  }
}

/** A value with the order of its keys, and a mark where an object inherits something. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`
  const mark = Object.getPrototypeOf(value) === null ? '' : 'inherits '
  // What a custom scalar lets through may throw when it is read.
  return `${mark}{${Object.keys(value).map((key) => `${key}: ${writtenProperty(value, key)}`)}}`
}

function writtenProperty(object: object, key: string): string {
  try {
    return written(Reflect.get(object, key))
  } catch (thrown) {
    return `throws ${String(thrown)}`
  }
}
