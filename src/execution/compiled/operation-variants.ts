import {
  assertValidSchema,
  type ExecutionArgs,
  type ExecutionResult,
  type FragmentDefinitionNode,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql'
import { type CompiledOperation, compileOperation } from './compiled-operation.ts'
import { conditionVariables } from './condition-variables.ts'

/** One operation, compiled for each of the ways in which its variables let it select. */
export interface OperationVariants {
  /** How many fields are compiled in all of them. */
  readonly fields: number
  /**
   * Undefined where the operation is not to be compiled, or not yet: graphql-js has to execute it.
   *
   * @param known what graphql-js makes of the variables, where that is known
   */
  execute(
    args: ExecutionArgs,
    known?: Readonly<Record<string, unknown>>,
  ): ExecutionResult | PromiseLike<ExecutionResult> | undefined
}

/** More ways than that are compiled anew, so that ten variables do not make a thousand operations. */
const MAX_VARIANTS = 16

/** How conditions are written in the name of a variant. */
const TRUE = '1'
const FALSE = '0'

/** Undefined where the document has no such operation. */
export function createOperationVariants(
  { schema, document, operationName }: Pick<ExecutionArgs, 'schema' | 'document' | 'operationName'>,
  interpretedRuns: number,
): OperationVariants | undefined {
  assertValidSchema(schema)
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null)
  const operations: OperationDefinitionNode[] = []
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition
    else if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition)
  }
  const operation = operationNamed(operations, operationName)
  if (operation === undefined) return undefined
  let fields = 0
  const toCompile = { schema, operation, fragments, onField: () => void fields++ }
  const conditions = conditionVariables(operation, fragments)
  const variants = new Map<string, Variant>()

  function variantFor(key: string): CompiledOperation | undefined {
    let variant = variants.get(key)
    if (variant === undefined) {
      const [oldest] = variants.keys()
      if (variants.size >= MAX_VARIANTS && oldest !== undefined) {
        fields -= variants.get(oldest)?.compiled?.operation?.fields ?? 0
        variants.delete(oldest)
      }
      variant = { runs: 0, compiled: undefined }
      variants.set(key, variant)
    }
    // An operation without conditions has been seen often enough when it comes here.
    if (conditions.length > 0 && variant.runs++ < interpretedRuns) return undefined
    variant.compiled ??= { operation: compile(key) }
    return variant.compiled.operation
  }

  function compile(key: string): CompiledOperation | undefined {
    // Those values alone: what else came with the first execution is not kept.
    const values = Object.fromEntries(conditions.map((name, index) => [name, key[index] === TRUE]))
    try {
      return compileOperation({ ...toCompile, conditions: values })
    } catch {
      // A document that nobody has validated. graphql-js says what is wrong with it.
      return undefined
    }
  }

  return {
    get fields() {
      return fields
    },
    execute(args, known) {
      const coerced = known === undefined ? coercedVariables(args, operation) : { values: known }
      if ('errors' in coerced) return { errors: coerced.errors }
      const key = keyOf(conditions, coerced.values)
      return key === undefined ? undefined : variantFor(key)?.execute(args, coerced.values)
    },
  }
}

interface Variant {
  runs: number
  /** Present once it has been tried. */
  compiled: { readonly operation: CompiledOperation | undefined } | undefined
}

function operationNamed(
  operations: readonly OperationDefinitionNode[],
  name: ExecutionArgs['operationName'],
): OperationDefinitionNode | undefined {
  if (name === undefined || name === null) return operations.length === 1 ? operations[0] : undefined
  return operations.findLast((operation) => operation.name?.value === name)
}

function coercedVariables(
  { schema, variableValues, options, hideSuggestions }: ExecutionArgs,
  { variableDefinitions = [] }: OperationDefinitionNode,
) {
  if (variableDefinitions.length === 0) return { values: {} }
  const limits = { maxErrors: options?.maxCoercionErrors ?? 50, hideSuggestions: hideSuggestions ?? false }
  const { errors, coerced } = getVariableValues(schema, variableDefinitions, variableValues ?? {}, limits)
  return errors === undefined ? { values: coerced } : { errors }
}

/** What the conditions are; undefined where one of them is none, which is an error where it is met. */
function keyOf(names: readonly string[], values: Readonly<Record<string, unknown>>): string | undefined {
  let key = ''
  for (const name of names) {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    if (typeof value !== 'boolean') return undefined
    key += value ? TRUE : FALSE
  }
  return key
}
