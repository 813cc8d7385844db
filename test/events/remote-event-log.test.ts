import { describe, expect, onTestFinished, test } from 'vitest'
import type { EventLog } from '../../src/events/event-log.ts'
import { createMemoryEventLog } from '../../src/events/memory/memory-event-log.ts'
import {
  createRemoteEventLog,
  type EventLogVerbs,
  type FollowerVerbs,
  shareEventLog,
} from '../../src/events/remote-event-log.ts'
import { describeEventLog } from '../support/describe-event-log.ts'
import { newEvent, record } from '../support/recorded-events.ts'
import { twoEnds } from '../support/two-ends.ts'

function connect(log: EventLog, onError: (error: unknown) => void = () => undefined) {
  const followers: FollowerVerbs = {
    event: (following, event) => remote.event(following, event),
    end: (following, reason) => remote.end(following, reason),
  }
  const shared = shareEventLog(log, {
    event: (following, event) => ends.there.tell.event(following, event),
    end: (following, reason) => ends.there.tell.end(following, reason),
  })
  const ends = twoEnds<FollowerVerbs, EventLogVerbs>(followers, shared)
  const { call, tell } = ends.here
  const remote = createRemoteEventLog(
    {
      append: call.append,
      read: call.read,
      follow: call.follow,
      unfollow: tell.unfollow,
    },
    onError,
  )
  onTestFinished(ends.close)
  return { remote, gone: shared.gone }
}

describeEventLog('remote', async (options = {}) => {
  let nowMs = 1_764_058_800_123
  const log = createMemoryEventLog({ ...options, now: () => nowMs })
  const here = connect(log, options.onError).remote
  const there = connect(log, options.onError).remote
  return {
    here,
    there,
    async outlive() {
      // What was stopped before is known there by now.
      await Promise.all([here.read('another', '0-0', 1), there.read('another', '0-0', 1)])
      nowMs += options.keepForMs ?? 3_600_000
    },
  }
})

describe('a log that another process follows', () => {
  test('has no followers of a process that is gone', async () => {
    const log = createMemoryEventLog()
    const { remote, gone } = connect(log)
    const { events } = await record(remote, 'stock')
    gone()
    await log.append('stock', [newEvent(1)])
    // What this process is told arrives in order, so nothing is under way any more once this has.
    await remote.read('stock', '0-0', 1)
    expect(events).toEqual([])
  })

  test('ends what the other process follows when it closes', async () => {
    const log = createMemoryEventLog()
    const { remote } = connect(log)
    const ends: string[] = []
    await remote.follow('stock', { onEvent: () => undefined, onEnd: (reason) => ends.push(reason) })
    await log.close()
    await expect.poll(() => ends).toEqual(['closed'])
  })
})
