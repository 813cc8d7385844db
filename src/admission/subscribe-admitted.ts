import { createSourceEventStream, type ExecutionArgs, type ExecutionResult } from 'graphql'
import { type AdmissionContext, eventContext } from './admission-context.ts'
import { executeAdmitted } from './execute-admitted.ts'

export interface SubscriptionArgs extends ExecutionArgs {
  readonly contextValue: AdmissionContext
  /** Adds what resolvers need to the context of one event: nothing that an event loaded is seen by the next. */
  readonly extendContext: (context: AdmissionContext) => AdmissionContext
}

/**
 * Subscribes to the source of an operation that has been admitted, and executes the operation for each event under the
 * tier's deadline. Where the source cannot be had, the answer is one result with the errors.
 */
export async function subscribeAdmitted(
  args: SubscriptionArgs,
): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult> {
  const { contextValue, extendContext } = args
  const source = await createSourceEventStream(args)
  if (!(Symbol.asyncIterator in source)) return source
  contextValue.admission.keepsEstimate = true
  return mapEvents(source[Symbol.asyncIterator](), contextValue.controller, (rootValue) =>
    executeAdmitted({ ...args, rootValue, contextValue: extendContext(eventContext(contextValue, Date.now())) }),
  )
}

/**
 * The results of events, one at a time. Unlike a generator function it can be ended while it waits for an event: a
 * client that leaves is not kept until something happens.
 */
function mapEvents(
  events: AsyncIterator<unknown>,
  controller: AbortController,
  execute: (event: unknown) => Promise<ExecutionResult>,
): AsyncGenerator<ExecutionResult, void, void> {
  async function end(): Promise<IteratorReturnResult<undefined>> {
    controller.abort(new DOMException('The subscription has ended', 'AbortError'))
    await events.return?.()
    return { done: true, value: undefined }
  }
  return {
    async next() {
      const event = await events.next()
      return event.done === true ? end() : { done: false, value: await execute(event.value) }
    },
    return: end,
    async throw(error) {
      await end()
      throw error
    },
    [Symbol.asyncIterator]() {
      return this
    },
    async [Symbol.asyncDispose]() {
      await end()
    },
  }
}
