import { createSourceEventStream, type ExecutionArgs, type ExecutionResult } from 'graphql'
import { executeWithDeadline } from '../execution/execute-with-deadline.ts'
import { type AdmissionContext, eventContext } from './admission-context.ts'
import { cutOff, executeAdmitted } from './execute-admitted.ts'

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
  const { admission: record, controller } = contextValue
  if (record.admitted === undefined) throw new Error('A subscription is begun that was not admitted')
  const begun = await executeWithDeadline(() => createSourceEventStream(args), record.admitted.timeoutMs, controller)
  const source = begun.kind === 'completed' ? begun.result : cutOff(record, begun)
  if (!(Symbol.asyncIterator in source)) return source
  record.keepsEstimate = true
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
      try {
        const event = await events.next()
        return event.done === true ? await end() : { done: false, value: await execute(event.value) }
      } catch (error) {
        await end()
        throw error
      }
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
