import { isIPv4, isIPv6 } from 'node:net'

/**
 * The address that a request is counted for. An IPv6 subscriber commands the 2^64 addresses of a /64 network, so all of
 * them count as one; an IPv4 address counts by itself, also where it is written as IPv6. Some proxies write a port behind
 * the address, of which a client has many. What a trusted proxy passes on and is no address counts as one client.
 */
export function clientAddress(ip: string): string {
  if (isIPv4(ip)) return ip
  const withoutPort = /^\[(.+)\](?::\d+)?$/.exec(ip)?.[1] ?? /^([\d.]+):\d+$/.exec(ip)?.[1] ?? ip
  if (isIPv4(withoutPort)) return withoutPort
  if (!isIPv6(withoutPort)) return 'unknown'
  const [address = ''] = withoutPort.split('%', 1)
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (dotted !== undefined) return dotted
  const groups = hextets(address)
  if (groups.slice(0, 6).join() === '0,0,0,0,0,ffff') return groups.slice(6).flatMap(bytes).join('.')
  return `${groups.slice(0, 4).join(':')}::/64`
}

/** The eight groups of an IPv6 address, without leading zeros. */
function hextets(address: string): readonly string[] {
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => group.replace(/^0+(?=.)/, '')))
  const start = groups(head)
  const end = groups(tail ?? '')
  return [...start, ...Array<string>(Math.max(0, 8 - start.length - end.length)).fill('0'), ...end]
}

function bytes(group: string): readonly number[] {
  const both = Number.parseInt(group, 16)
  return [both >> 8, both & 255]
}
