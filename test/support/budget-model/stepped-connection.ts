import type { RedisConnection } from '../../../src/budget/redis/redis-connection.ts'

/**
 * A connection on which scripts see the time of a test instead of Redis's own. All else is real. Scripts are sent as
 * source each time, with the place where they ask for the time rewritten to read it from behind their arguments.
 */
export function steppedConnection(connection: RedisConnection, clock: { readonly ms: number }): RedisConnection {
  async function callBuffer(command: string, source: string, ...rest: readonly (string | number)[]): Promise<unknown> {
    if (command !== 'eval') throw new Error('NOSCRIPT The source is needed')
    if (!source.includes(TIME)) throw new Error(`The script does not ask for the time as ${TIME}`)
    const time = [Math.floor(clock.ms / 1000), (clock.ms % 1000) * 1000]
    return connection.callBuffer('eval', source.replaceAll(TIME, '{ ARGV[#ARGV - 1], ARGV[#ARGV] }'), ...rest, ...time)
  }
  return new Proxy(connection, {
    get(target, property) {
      if (property === 'callBuffer') return callBuffer
      const value: unknown = Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

const TIME = "call('TIME')"
