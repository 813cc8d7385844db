import { isIPv6 } from 'node:net'

/**
 * The address that a request is counted for. An IPv6 subscriber commands the 2^64 addresses of a /64 network, so all of
 * them count as one; an IPv4 address counts by itself, also where it is written as IPv6.
 */
export function clientAddress(ip: string): string {
  if (!isIPv6(ip)) return ip
  const [address = ''] = ip.split('%', 1)
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  return `${hextets(address).slice(0, 4).join(':')}::/64`
}

/** The eight groups of an IPv6 address, without leading zeros. */
function hextets(address: string): readonly string[] {
  const [head = '', tail] = address.toLowerCase().split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => group.replace(/^0+(?=.)/, '')))
  const start = groups(head)
  const end = groups(tail ?? '')
  return [...start, ...Array<string>(Math.max(0, 8 - start.length - end.length)).fill('0'), ...end]
}
