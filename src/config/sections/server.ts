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
      .default('10s')
      .describe('How long a server that is told to stop waits for operations that still run; then it cuts them off.'),
  })
  .prefault({})
  .describe('Where the server listens, and what it takes in.')
