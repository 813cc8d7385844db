import { describe, expect, test } from 'vitest'
import { createClientDirectory } from '../../src/accounts/client-directory.ts'
import { demoClients, demoKeys } from '../../src/accounts/demo-clients.ts'

describe('the demo keys', () => {
  const directory = createClientDirectory(demoClients())

  test.each([
    ['demo-free', 'free', 'client'],
    ['demo-basic', 'basic', 'client'],
    ['demo-premium', 'premium', 'client'],
    ['demo-enterprise', 'enterprise', 'client'],
    ['demo-staff', 'enterprise', 'staff'],
  ] as const)('%s has the tier %s and the role %s', (key, tier, role) => {
    expect(directory.findByKey(key)).toEqual({ id: key, tenant: key, tier, role, anonymous: false })
  })

  test('are those five and no other', () => {
    expect(demoKeys).toHaveLength(5)
    expect(demoClients()).toHaveLength(5)
  })

  test('belong to tenants that share no budget', () => {
    const tenants = demoClients().map(({ client }) => client.tenant)
    expect(new Set(tenants).size).toBe(tenants.length)
  })

  test('are kept as hashes', () => {
    const kept = demoClients().map(({ keySha256 }) => keySha256)
    expect(kept).toEqual(kept.map(() => expect.stringMatching(/^[0-9a-f]{64}$/)))
  })
})
