import { describe, expect, test } from 'vitest'
import { anonymousClient } from '../../src/accounts/anonymous-client.ts'

describe('an anonymous client', () => {
  test('is its address, in the tier anonymous, and no staff', () => {
    expect(anonymousClient('203.0.113.7')).toEqual({
      id: 'ip:203.0.113.7',
      tenant: 'anonymous',
      tier: 'anonymous',
      role: 'client',
      anonymous: true,
    })
  })

  test.each(['203.0.113.7', '2001:db8::1'])('is the same each time it comes from %s', (ip) => {
    expect(anonymousClient(ip)).toEqual(anonymousClient(ip))
  })

  test('is another one from another address', () => {
    expect(anonymousClient('203.0.113.7').id).not.toBe(anonymousClient('203.0.113.70').id)
  })
})
