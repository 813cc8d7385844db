import type { DocumentNode } from 'graphql'
import type { Client } from '../accounts/client.ts'
import type { ReportMode } from './report/operation-report.ts'

/** An operation that is valid by itself and wants to run. */
export interface OperationRequest {
  readonly client: Client
  readonly source: string
  readonly document: DocumentNode
  readonly operationName: string | undefined
  readonly variables: Readonly<Record<string, unknown>>
  readonly mode: ReportMode
  /** False puts it behind operations of its tier while the server is overloaded. @default true */
  readonly known?: boolean | undefined
  /** What aborts when the client goes away: an operation that waits for its turn then gives it up. Asked where one waits. */
  readonly signal?: (() => AbortSignal) | undefined
}
