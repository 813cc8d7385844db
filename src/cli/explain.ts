import { text } from 'node:stream/consumers'
import {
  type DocumentNode,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  parse,
  Source,
  validate,
} from 'graphql'
import type { Variables } from '../cost/compile/expression.ts'
import { createCostModel } from '../cost/cost-model.ts'
import type { CostOptions } from '../cost/cost-options.ts'
import { CostPlanError } from '../cost/cost-plan-error.ts'
import { CostSchemaError } from '../cost/schema/cost-schema-error.ts'
import { BadInput, readingGraphQL } from './bad-input.ts'
import { explanationTable } from './explanation-table.ts'
import { readFileText, readSchema } from './read-schema.ts'

/** The flags of `tollgate explain`. */
export interface ExplainOptions extends Pick<CostOptions, 'defaultListSize' | 'preset'> {
  /** Files, folders or globs of SDL. Together they are one schema. */
  readonly schema: readonly string[]
  /** A file with the document, or `-` for stdin. */
  readonly operation: string
  readonly operationName?: string
  /** The text of a JSON object. */
  readonly variables?: string
  /** Prints JSON instead of a table. */
  readonly json?: boolean
  /** An estimated cost above it ends with exit code 1. */
  readonly maxCost?: number
}

/** What a command says, and how its process ends. */
export interface CommandResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

const EXIT_ABOVE_MAX_COST = 1
export const EXIT_BAD_INPUT = 2

/** Prices one operation and says where its cost comes from. Bad input is one message and exit code 2. */
export async function explain(options: ExplainOptions, stdin: AsyncIterable<Uint8Array>): Promise<CommandResult> {
  try {
    return await explanation(options, stdin)
  } catch (error) {
    const isBadInput = error instanceof BadInput || error instanceof CostSchemaError || error instanceof CostPlanError
    if (!isBadInput) throw error
    return { exitCode: EXIT_BAD_INPUT, stdout: '', stderr: `${error.message}\n` }
  }
}

async function explanation(options: ExplainOptions, stdin: AsyncIterable<Uint8Array>): Promise<CommandResult> {
  const schema = await readSchema(options.schema)
  const model = createCostModel(schema, options)
  const document = await readOperation(schema, options.operation, stdin)
  const plan = model.plan(document, options.operationName)
  const variables = readVariables(schema, document, options)
  const explained = plan.explain(variables)
  const violations = plan.violations(variables)
  const stdout = options.json
    ? `${JSON.stringify({ ...explained, violations }, undefined, 2)}\n`
    : explanationTable(explained, violations)
  if (options.maxCost === undefined || explained.cost <= options.maxCost) return { exitCode: 0, stdout, stderr: '' }
  const stderr = `The estimated cost is ${explained.cost}; --max-cost allows ${options.maxCost}.\n`
  return { exitCode: EXIT_ABOVE_MAX_COST, stdout, stderr }
}

async function readOperation(
  schema: GraphQLSchema,
  path: string,
  stdin: AsyncIterable<Uint8Array>,
): Promise<DocumentNode> {
  const source = path === '-' ? new Source(await text(stdin), 'stdin') : new Source(await readFileText(path), path)
  return readingGraphQL('The operation cannot be read.', () => {
    const document = parse(source)
    const errors = validate(schema, document)
    if (errors.length > 0) throw BadInput.fromErrors('The operation is not valid against the schema.', errors)
    return document
  })
}

function readVariables(schema: GraphQLSchema, document: DocumentNode, options: ExplainOptions): Variables {
  const variables = parseObject(options.variables ?? '{}')
  const definitions = getOperationAST(document, options.operationName)?.variableDefinitions ?? []
  const { errors } = getVariableValues(schema, definitions, variables)
  if (errors !== undefined) {
    throw new BadInput(['The variables do not fit the operation.', ...errors.map(({ message }) => message)].join('\n'))
  }
  return variables
}

function parseObject(json: string): Variables {
  const value = parseJson(json)
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject) throw new BadInput('--variables is JSON but no object; write {"name": value}.')
  return { ...value }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    throw new BadInput(`--variables is no JSON: ${error instanceof Error ? error.message : error}`)
  }
}
