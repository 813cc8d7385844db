import { type ExecutionArgs, type ExecutionResult, execute } from 'graphql'
import { LRUCache } from 'lru-cache'
import { createOperationVariants, type OperationVariants } from './operation-variants.ts'

export interface ExecutorOptions {
  /**
   * How often an operation is executed by graphql-js before it is compiled, so that those that come once cost nothing more.
   * @default 2
   */
  readonly interpretedRuns?: number
  /**
   * How many compiled operations are kept. The least recently used go first.
   * @default 1000
   */
  readonly maxOperations?: number
  /**
   * How many fields all of them may have, counted once for each type that they are selected of. An operation with more
   * than a tenth of them is left to graphql-js.
   * @default 100000
   */
  readonly maxFields?: number
}

/** Executes operations, those that come often compiled. What is answered is the same. */
export interface Executor {
  /**
   * @param key an object that stands for the operation for as long as it is worth to be kept
   * @param coerced what graphql-js makes of the variables, where that is known
   */
  execute(args: ExecutionArgs, key: object, coerced?: Variables): ExecutionResult | PromiseLike<ExecutionResult>
  stats(): ExecutorStats
}

export interface ExecutorStats {
  /** Executions from the start, by who did them. */
  readonly compiled: number
  readonly interpreted: number
  /** Compiled operations that are kept, and their fields. */
  readonly operations: number
  readonly fields: number
}

export function createExecutor({
  interpretedRuns = 2,
  maxOperations = 1000,
  maxFields = 100_000,
}: ExecutorOptions = {}): Executor {
  /** Whatever has been seen, for as long as others keep it. */
  const seen = new WeakMap<object, SeenOperation>()
  const kept = new LRUCache<object, SeenOperation>({ max: maxOperations, dispose: forget })
  let compiled = 0
  let interpreted = 0
  let fields = 0

  function forget(operation: SeenOperation): void {
    fields -= operation.fields
    operation.fields = 0
    operation.variants = undefined
    operation.runs = 0
  }

  function seenOperation(args: ExecutionArgs, key: object): SeenOperation {
    const known = seen.get(key)
    if (known !== undefined && isFor(known, args)) return known
    if (known !== undefined) kept.delete(key)
    const { schema, document, operationName } = args
    const operation = { schema, document, operationName, runs: 0, fields: 0, variants: undefined, isLeft: false }
    seen.set(key, operation)
    return operation
  }

  /** Counts what has been compiled since the last time: lists of another type bring more of it. */
  function count(operation: SeenOperation, key: object): void {
    const found = operation.variants?.fields ?? 0
    if (found === operation.fields) return
    fields += found - operation.fields
    operation.fields = found
    if (found > maxFields / 10) {
      operation.isLeft = true
      kept.delete(key)
    }
    while (fields > maxFields && kept.size > 0) kept.pop()
  }

  function executeCompiled(args: ExecutionArgs, key: object, coerced: Variables | undefined) {
    const operation = seenOperation(args, key)
    if (operation.isLeft || operation.runs++ < interpretedRuns) return undefined
    const { variants = createOperationVariants(args, interpretedRuns) } = operation
    operation.isLeft = variants === undefined
    if (variants !== undefined && operation.variants === undefined) {
      operation.variants = variants
      kept.set(key, operation)
    } else kept.get(key)
    const result = variants?.execute(args, coerced)
    count(operation, key)
    return result
  }

  return {
    execute(args, key, coerced) {
      const result = isPlain(args) ? executeCompiled(args, key, coerced) : undefined
      if (result === undefined) {
        interpreted += 1
        return execute(args)
      }
      compiled += 1
      return result
    },
    stats: () => ({ compiled, interpreted, operations: kept.size, fields }),
  }
}

type Variables = Readonly<Record<string, unknown>>

interface SeenOperation extends Pick<ExecutionArgs, 'schema' | 'document' | 'operationName'> {
  runs: number
  /** How many of its fields are counted. */
  fields: number
  variants: OperationVariants | undefined
  /** To graphql-js, for good. */
  isLeft: boolean
}

function isFor(operation: SeenOperation, { schema, document, operationName }: ExecutionArgs): boolean {
  const isNamed = (operation.operationName ?? undefined) === (operationName ?? undefined)
  return operation.document === document && operation.schema === schema && isNamed
}

/** What is asked of graphql-js besides that is left to it. */
function isPlain({ fieldResolver, typeResolver, variableValues }: ExecutionArgs): boolean {
  const isObject = variableValues === undefined || variableValues === null || typeof variableValues === 'object'
  return isObject && !fieldResolver && !typeResolver
}
