import { type HostileRequest, head, raw } from './hostile-request.ts'

/** Attacks that consist in waiting: what they are answered with comes when the server has waited long enough. */
export const slow: readonly HostileRequest[] = [
  { name: 'a connection on which nothing comes', answer: '408 BAD_REQUEST', send: raw() },
  {
    name: 'headers that never end',
    answer: '408 BAD_REQUEST',
    send: raw('POST /graphql HTTP/1.1\r\nHost: localhost\r\nX-A: '),
  },
  {
    name: 'a body that stops in its middle',
    answer: '408 BAD_REQUEST',
    send: { kind: 'http', packets: [head('POST /graphql', { 'Content-Length': '100' }), Buffer.from('{"query":')] },
  },
  {
    name: 'a WebSocket without connection_init',
    answer: 'closed 4408',
    send: { kind: 'websocket', protocol: 'graphql-transport-ws', initialised: false, frames: [] },
  },
]
