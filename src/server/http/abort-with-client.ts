import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * Aborts work for a client that has gone: it is in vain. Of answers that wait for earlier ones on their connection Node
 * tells nothing, so the connection itself is watched too. It may be gone by now.
 */
export function abortWithClient(
  { raw: { socket } }: FastifyRequest,
  { raw: response }: FastifyReply,
  controllers: readonly AbortController[],
): void {
  function gone(): void {
    socket.off('close', gone)
    if (response.writableFinished) return
    const reason = new DOMException('The client went away', 'AbortError')
    for (const controller of controllers) controller.abort(reason)
  }
  if (socket.destroyed) {
    gone()
    return
  }
  // As many as may be pipelined listen to one socket, which Node would warn of.
  socket.setMaxListeners(0)
  socket.once('close', gone)
  response.once('close', gone)
}
