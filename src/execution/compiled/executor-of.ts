import type { GraphQLSchema } from 'graphql'
import type { Executor } from './executor.ts'

const executors = new WeakMap<GraphQLSchema, Executor>()

/** Has operations on a schema executed by an executor from now on. */
export function executeWith(schema: GraphQLSchema, executor: Executor): void {
  executors.set(schema, executor)
}

/** Undefined where nobody has said: graphql-js executes. */
export function executorOf(schema: GraphQLSchema): Executor | undefined {
  return executors.get(schema)
}
