import type { FastifyInstance } from 'fastify'
import type { Metrics } from '../telemetry/metrics.ts'

export interface HealthRoutesOptions {
  readonly metrics: Pick<Metrics, 'expose'>
  /** Why this process should get no traffic now; undefined where it should. */
  readonly notReady: () => Promise<string | undefined>
}

/** `/livez`: the process answers. `/readyz`: it can serve operations. `/metrics`: for Prometheus. */
export async function healthRoutes(app: FastifyInstance, { metrics, notReady }: HealthRoutesOptions): Promise<void> {
  app.get('/livez', async () => ({ status: 'ok' }))
  app.get('/readyz', async (_request, reply) => {
    const reason = await notReady()
    return reason === undefined ? { status: 'ok' } : reply.code(503).send({ status: 'not ready', reason })
  })
  app.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await metrics.expose()
    return reply.type(contentType).send(body)
  })
}
