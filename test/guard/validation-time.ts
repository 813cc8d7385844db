import { type GraphQLSchema, parse, specifiedRules, validate } from 'graphql'
import { MAX_VALIDATION_ERRORS } from '../../src/admission/validate-source.ts'

/** Milliseconds on the processor that one document takes to parse and validate, as the server does both. */
export function validationMs(schema: GraphQLSchema, source: string): number {
  const start = process.cpuUsage()
  validate(schema, parse(source), specifiedRules, { maxErrors: MAX_VALIDATION_ERRORS })
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1_000
}
