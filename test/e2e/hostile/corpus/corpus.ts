import { bodies } from './bodies.ts'
import { documents } from './documents.ts'
import { connections, edges, halfOpen } from './edges.ts'
import type { HostileRequest } from './hostile-request.ts'
import { sockets } from './sockets.ts'

/** Every attack that is answered at once. Its names are unique. */
export const corpus: readonly HostileRequest[] = [
  ...documents,
  ...bodies,
  ...edges,
  ...connections,
  ...halfOpen,
  ...sockets,
]
