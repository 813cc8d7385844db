import type { FastifyRequest } from 'fastify'
import { type Refusal, refusal } from '../../errors/refusal.ts'
import type { OperationPayload } from '../operations/begin-operation.ts'

/** The operation in a request that does not go through Apollo: in its body, or with GET in its URL. */
export function operationPayload({ method, url, body }: FastifyRequest): OperationPayload | Refusal {
  const fields = method === 'GET' ? inSearch(new URL(url, 'http://localhost').searchParams) : body
  if (!isRecord(fields)) return mistake('The request body is no JSON object. Send one with a "query".')
  const { query, documentId, operationName, variables, extensions } = fields
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    return mistake('"operationName" is no string. Send the name of one of the operations in the document, or none.')
  }
  if (variables !== undefined && variables !== null && !isRecord(variables)) {
    return mistake('"variables" is no JSON object. Send one with a value for each variable, or none.')
  }
  if (extensions !== undefined && extensions !== null && !isRecord(extensions)) {
    return mistake('"extensions" is no JSON object. Send one, or none.')
  }
  return { query, documentId, operationName, variables, extensions }
}

function inSearch(params: URLSearchParams): object {
  return Object.fromEntries([...params].map(([name, value]) => [name, JSON_PARAMETERS.has(name) ? json(value) : value]))
}

const JSON_PARAMETERS = new Set(['variables', 'extensions'])

function json(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    // A text is no object, which is what has to be said.
    return text
  }
}

function mistake(reason: string): Refusal {
  return refusal('BAD_REQUEST', { reason })
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
