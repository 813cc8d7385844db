import type { FastifyInstance } from 'fastify'
import { clientAddress } from '../accounts/client-address.ts'
import type { Admission } from '../admission/admission.ts'
import type { ConcludeOptions } from '../admission/conclude-operation.ts'
import { reportHeaders } from '../admission/report/report-headers.ts'
import { replyWithRefusal } from './http/reply-with-refusal.ts'

export interface SchemaRouteOptions {
  readonly admission: Pick<Admission, 'arrive'>
  /** The schema as it was written, its cost directives included: introspection leaves them out. */
  readonly sdl: string
  readonly conclude?: Pick<ConcludeOptions, 'headers'>
}

/**
 * `/schema.graphql`: the SDL, so that clients and tools price operations for themselves with `tollgate/cost` and come to
 * the server's numbers. Costs one request of the address. Registered only where introspection is allowed.
 */
export async function schemaRoute(
  app: FastifyInstance,
  { admission, sdl, conclude }: SchemaRouteOptions,
): Promise<void> {
  app.get('/schema.graphql', async (request, reply) => {
    const refused = await admission.arrive(clientAddress(request.ip))
    if (refused !== undefined) {
      const headers = reportHeaders(refused.report, Date.now(), conclude?.headers?.())
      return replyWithRefusal(request, reply, refused.refusal, headers)
    }
    return reply.type('text/plain; charset=utf-8').header('cache-control', 'no-cache').send(sdl)
  })
}
