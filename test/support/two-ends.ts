import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { type Calls, type Channel, createCalls } from '../../src/workers/calls.ts'

/** Two ends that talk by messages which are cloned, as two processes do. Each answers the verbs that it is given. */
export function twoEnds<Here extends object, There extends object>(
  here: Here,
  there: There,
): { readonly here: Calls<There>; readonly there: Calls<Here>; close(): void } {
  const { port1, port2 } = new MessageChannel()
  return {
    here: createCalls<There>(over(port1), here),
    there: createCalls<Here>(over(port2), there),
    close() {
      port1.close()
      port2.close()
    },
  }
}

function over(port: MessagePort): Channel {
  return {
    send: (message) => port.postMessage(message),
    onMessage: (listener) => port.on('message', listener),
    close: () => port.close(),
  }
}
