import { once } from 'node:events'
import { WebSocket } from 'ws'

/**
 * What is left on the heap of a process once its garbage has been collected. The process has to run with `--inspect`;
 * `output` is what it has printed.
 */
export async function liveHeapBytes(output: string): Promise<number> {
  const [url] = /ws:\/\/127\.0\.0\.1:\d+\/[\w-]+/.exec(output) ?? []
  if (url === undefined) throw new Error('The process does not run with --inspect')
  const inspector = new WebSocket(url)
  await once(inspector, 'open')
  let id = 0
  async function call(method: string): Promise<{ readonly usedSize?: number }> {
    inspector.send(JSON.stringify({ id: ++id, method }))
    for (;;) {
      const [data] = await once(inspector, 'message')
      const message: { id?: number; result?: { usedSize?: number } } = JSON.parse(String(data))
      if (message.id === id) return message.result ?? {}
    }
  }
  // What finalizers let go of, the next one collects.
  await call('HeapProfiler.collectGarbage')
  await call('HeapProfiler.collectGarbage')
  const { usedSize = Number.NaN } = await call('Runtime.getHeapUsage')
  inspector.close()
  return usedSize
}
