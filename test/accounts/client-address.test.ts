import { describe, expect, test } from 'vitest'
import { clientAddress } from '../../src/accounts/client-address.ts'

describe('the address that a request is counted for', () => {
  test.each([
    { ip: '192.0.2.7', counted: '192.0.2.7' },
    { ip: '::ffff:192.0.2.7', counted: '192.0.2.7' },
    { ip: '::FFFF:192.0.2.7', counted: '192.0.2.7' },
    { ip: '::ffff:c000:0207', counted: '192.0.2.7' },
    { ip: '192.0.2.7:50123', counted: '192.0.2.7' },
    { ip: '[::ffff:192.0.2.7]:443', counted: '192.0.2.7' },
    { ip: '[2001:db8:1:2::1]', counted: '2001:db8:1:2::/64' },
    { ip: '[2001:db8:1:2::1]:50123', counted: '2001:db8:1:2::/64' },
    { ip: 'unknown', counted: 'unknown' },
    { ip: '_hidden', counted: 'unknown' },
    { ip: '', counted: 'unknown' },
    { ip: '192.0.2.07', counted: 'unknown' },
    { ip: `${'9'.repeat(8_000)}:1`, counted: 'unknown' },
    { ip: '2001:db8:1:2:3:4:5:6', counted: '2001:db8:1:2::/64' },
    { ip: '2001:db8:1:2::1', counted: '2001:db8:1:2::/64' },
    { ip: '2001:DB8:0001:0002::ffff', counted: '2001:db8:1:2::/64' },
    { ip: '2001:db8::1', counted: '2001:db8:0:0::/64' },
    { ip: '::1', counted: '0:0:0:0::/64' },
    { ip: 'fe80::1%eth0', counted: 'fe80:0:0:0::/64' },
    { ip: '1::2:3:4:5:6:7', counted: '1:0:2:3::/64' },
  ])('is $counted for $ip', ({ ip, counted }) => {
    expect(clientAddress(ip)).toBe(counted)
  })
})
