import { setting } from '../settings/setting.ts'

/** As browsers write it in the header Origin, which is compared with it letter by letter. */
const origin = setting.text(
  /^\*$|^[a-z][a-z0-9+.-]*:\/\/(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(:\d{1,5})?$/,
  '"*", or an origin in lower case and without a path, such as https://shop.example,',
)

const cors = setting
  .section({
    origins: setting
      .list(origin, 'origins')
      .default([])
      .describe('The pages that may read answers, by their origins, such as https://shop.example; "*" stands for all.'),
    credentials: setting
      .flag()
      .default(false)
      .describe('Whether they may send cookies along, for a proxy before this server: itself, it reads none.'),
  })
  .refine(({ origins, credentials }) => !(credentials && origins.includes('*')), {
    path: ['credentials'],
    error: 'found true with all origins; list those that may send cookies along, or leave it false',
  })
  .prefault({})
  .describe('Which pages of other origins browsers let read answers and what they say of budgets.')

const tls = setting
  .section({
    cert: path(
      'The certificate in PEM, followed by those of its issuers. Relative paths begin at the folder of this file.',
    ),
    key: path('Its private key in PEM, without a passphrase.'),
  })
  .optional()
  .describe('The files with which the server speaks HTTPS. Without them it speaks HTTP. They are read at the start.')

function path(description: string) {
  return setting.text(/\S/, 'the path of a file').describe(description)
}

export const drainTimeoutDefault = '10s'

/** Of one server. More of them are for the platform to start. */
export const MAX_PROCESSES = 1024

export const server = setting
  .section({
    host: setting
      .host()
      .default('localhost')
      .describe(
        'The name or address to listen on. localhost is reached from this machine alone; 0.0.0.0 from everywhere, ' +
          'which a container needs. The environment variable HOST wins.',
      ),
    port: setting
      .wholeNumber(0, 65_535)
      .default(4000)
      .describe('The port to listen on; 0 takes a free one. The environment variable PORT wins.'),
    processes: setting
      .wholeNumber(1, MAX_PROCESSES)
      .default(1)
      .describe(
        'How many processes serve, on one port. With more than 1, another one starts them and keeps what is in no Redis ' +
          'or PostgreSQL. Limits on connections and sockets are for each. The environment variable WEB_CONCURRENCY wins.',
      ),
    trustedProxies: setting
      .list(setting.network(), 'addresses and networks')
      .default([])
      .describe(
        'Addresses and networks of the proxies before this server, such as 10.0.0.0/8. X-Forwarded-For is believed ' +
          'from them alone; from anybody else it would let a client choose its IP budget.',
      ),
    maxBodyBytes: setting
      .wholeNumber(1)
      .default(256 * 1024)
      .describe('The largest request body, in bytes. A larger one is refused with BODY_TOO_LARGE.'),
    maxHeaderBytes: setting
      .wholeNumber(1024, 1024 * 1024)
      .default(16 * 1024)
      .describe('The largest URL and headers of a request together, in bytes. Larger ones are answered 431.'),
    maxConnections: setting
      .wholeNumber(1, 1_000_000)
      .default(10_000)
      .describe(
        'Connections at once. Past it, health checks are answered and all else gets 503; past a few more, connections ' +
          'are not accepted. Each needs an open file, so the limit of the operating system is to be higher.',
      ),
    maxConnectionsPerAddress: setting
      .wholeNumber(1, 1_000_000)
      .default(500)
      .describe(
        'Connections at once from one IPv4 address or one /64 network of IPv6. One more is reset. Those of ' +
          'trustedProxies have no such limit.',
      ),
    headersTimeout: setting
      .duration('1s', '1h')
      .default('10s')
      .describe('How long a client may take to send the headers of a request. Then it is answered 408.'),
    requestTimeout: setting
      .duration('1s', '1h')
      .default('30s')
      .describe('How long a client may take to send a request whole. Then it is answered 408.'),
    keepAliveTimeout: setting
      .duration('1s', '1h')
      .default('72s')
      .describe(
        'How long a connection is kept for a next request. Longer than the proxies before this server keep theirs, ' +
          'which is 60s with most, or now and then they send a request to a connection that has just been closed.',
      ),
    responseTimeout: setting
      .duration('1s', '1h')
      .default('30s')
      .describe('How long what has been sent may wait for a client to read it. Then its connection is cut off.'),
    maxSocketBufferBytes: setting
      .wholeNumber(1024)
      .default(1024 * 1024)
      .describe('Bytes that may wait on a WebSocket for its client to read them. With more it is cut off.'),
    maxSocketMessagesPerSecond: setting
      .wholeNumber(1)
      .default(500)
      .describe('Messages, pings and pongs that a WebSocket may send each second. One more closes it with 1008.'),
    statusProfile: setting
      .choice(['audits', 'spec-2026'])
      .default('audits')
      .describe(
        'Which HTTP statuses tell of mistakes in requests: 400, and 200 for clients that accept application/json ' +
          'alone (audits), or those of the GraphQL-over-HTTP specification of September 2026: 422 and 294.',
      ),
    cors,
    tls,
    drainDelay: setting
      .duration('0ms', '1d')
      .default('0ms')
      .describe(
        'How long a server that is told to stop still takes operations, while /readyz says that it will not: the time ' +
          'that load balancers need to notice.',
      ),
    drainTimeout: setting
      .duration('1ms', '1d')
      .default(drainTimeoutDefault)
      .describe('How long a server that is told to stop waits for operations that still run; then it cuts them off.'),
  })
  .prefault({})
  .describe('Where the server listens, and what it takes in.')
