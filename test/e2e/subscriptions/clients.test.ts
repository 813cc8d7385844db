import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { ServerProcess } from '../../support/server-process.ts'
import { openAudience } from './event-audience.ts'
import { eventClients } from './event-clients.ts'
import { type NumberedEvents, openNumberedEvents } from './numbered-events.ts'
import { openProcessSwitch, type ProcessSwitch } from './process-switch.ts'
import { addClient, openShop, type ShopProcesses, SUBSCRIBER_KEY } from './shop-processes.ts'

const names = Object.keys(eventClients)

/** Enough to subscribe and for some events at once, which cost 1 each; then for one every 200 ms. */
const SMALL_BUDGET = { name: 'burst', capacity: 10, refillPerSecond: 5 }

describe(`a subscription of ${names.join(', ')}`, () => {
  let shop: ShopProcesses
  let first: ServerProcess
  let others: readonly ServerProcess[]
  let entrance: ProcessSwitch
  let events: NumberedEvents
  beforeAll(async () => {
    // Apollo Client looks for one, and Node 20 has none.
    if (!('WebSocket' in globalThis)) Object.assign(globalThis, { WebSocket })
    shop = await openShop((file) => {
      for (const name of names) addClient(file, name.replaceAll(' ', '-'), keyOf(name), [SMALL_BUDGET])
    })
    first = await shop.start()
    others = await Promise.all([shop.start(), shop.start()])
    entrance = await openProcessSwitch(first)
    events = await openNumberedEvents(shop, 1)
  })
  afterAll(async () => {
    await events.close()
    await entrance.close()
    await shop.close()
  })

  test('pauses when its budget is used up, and goes on by itself when that has refilled', async () => {
    const audience = openAudience(names, (name) => ({ url: entrance.url, key: keyOf(name), ...events.operation }))
    const flow = events.flow(500)
    await audience.more(1)
    await flow.stop()
    await events.burst(12)
    await audience.until(events.last)
    audience.stop()
    expect(audience.faults()).toEqual([])
    for (const { name, pauses } of audience.received) expect(pauses, name).toBeGreaterThan(0)
  })

  test('goes on elsewhere when its process is killed or stopped, and has each event once and in order', async () => {
    const audience = openAudience(names, () => ({ url: entrance.url, key: SUBSCRIBER_KEY, ...events.operation }))
    const flow = events.flow(10)
    let before = first
    for (const [index, next] of others.entries()) {
      await audience.more(20)
      entrance.lead(next)
      await before.stop(index === 0 ? 'SIGKILL' : 'SIGTERM')
      before = next
    }
    await audience.more(20)
    await flow.stop()
    await audience.until(events.last)
    audience.stop()
    expect(audience.faults()).toEqual([])
  })
})

function keyOf(name: string): string {
  return `the-key-of-${name}`
}
