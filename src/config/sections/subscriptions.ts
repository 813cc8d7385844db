import { setting } from '../settings/setting.ts'

export const subscriptions = setting
  .section({
    maxQueuedEvents: setting
      .wholeNumber(1, 100_000)
      .default(1000)
      .describe(
        'Events that wait for one subscriber that reads more slowly than they come, or whose budget is used up. What ' +
          'becomes of one more is what the field says: most end the subscription with SUBSCRIPTION_OVERFLOW, and it can ' +
          'be resumed.',
      ),
    maxQueuedBytes: setting
      .wholeNumber(1024, 1_073_741_824)
      .default(4_194_304)
      .describe(
        'Bytes of the events that wait for one subscriber; one event alone may have more. As many are kept of the ' +
          'latest results of each subscription, for those who come back.',
      ),
    maxEventsPerTopic: setting
      .wholeNumber(1, 1_000_000)
      .default(1000)
      .describe(
        'How many events of each topic are kept for those who come back. Who has missed more is told RESUME_EXPIRED.',
      ),
    keepFor: setting
      .duration('1m', '30d')
      .default('1h')
      .describe('How long the events of a topic are kept after the last of them.'),
    initTimeout: setting
      .duration('1s', '1m')
      .default('3s')
      .describe('How long a WebSocket may be open before its connection_init. Then it is closed with 4408.'),
    pingInterval: setting
      .duration('1s', '10m')
      .default('12s')
      .describe(
        'How often an open WebSocket is asked for a sign of life; one that gives none until the next time is cut off. ' +
          'And how often a stream of server-sent events in which nothing happens has a comment.',
      ),
    maxSocketsPerAddress: setting
      .wholeNumber(1, 1_000_000)
      .default(200)
      .describe(
        'WebSockets at once from one IPv4 address or one /64 network of IPv6. One more is refused with ' +
          'SUBSCRIPTION_LIMIT_EXCEEDED. Those of server.trustedProxies have no such limit.',
      ),
    drainSpread: setting
      .duration('0ms', '1h')
      .optional()
      .describe(
        'Over which time a server that is told to stop sends its subscribers elsewhere, so that they do not all come ' +
          'back at once. At least 2s less than server.drainTimeout, for the last of them to answer; by default 5s, or as ' +
          'much as that allows.',
      ),
  })
  .prefault({})
  .describe('How events reach subscribers, and how long they are kept for those who come back.')
