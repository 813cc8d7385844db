import { describe, expect, test } from 'vitest'
import type { JsonValue } from '../../../src/events/event-log.ts'
import { createFollowedTopic } from '../../../src/events/redis/followed-topic.ts'
import type { StoredEvent } from '../../../src/events/redis/topic-streams.ts'

type Page = readonly StoredEvent[] | 'expired'

/** A followed topic at position 0, whose reads are answered when the test says so. */
async function follow() {
  const reads: { readonly after: string; answer(page: Page): void; fail(error: Error): void }[] = []
  const told: JsonValue[] = []
  const ends: string[] = []
  const errors: unknown[] = []
  const topic = createFollowedTopic({
    subscribe: async () => undefined,
    open: async () => '0',
    read: (after) =>
      new Promise((resolve, reject) => {
        reads.push({ after, answer: resolve, fail: reject })
      }),
    onDeserted() {},
    onError: (error) => errors.push(error),
  })
  await topic.join({ onEvent: ({ payload }) => told.push(payload), onEnd: (reason) => ends.push(reason) })
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
  return {
    topic,
    told,
    ends,
    errors,
    reads,
    async answer(page: Page) {
      reads.at(-1)?.answer(page)
      await settled()
    },
    async fail(error: Error) {
      reads.at(-1)?.fail(error)
      await settled()
    },
  }
}

/** The event with a number, whose position is the number. */
function stored(number: number): StoredEvent {
  return { position: String(number), payload: String(number) }
}

function message(number: number): string {
  return `${number - 1} ${number} ${number}`
}

describe('a followed topic', () => {
  test('tells a message that goes on from where it is at once, and does not read', async () => {
    const { topic, told, reads } = await follow()
    topic.onMessage(message(1))
    topic.onMessage(message(2))
    expect(told).toEqual([1, 2])
    expect(reads).toEqual([])
  })

  test('leaves out a message that comes twice', async () => {
    const { topic, told, reads } = await follow()
    for (const number of [1, 1, 2]) topic.onMessage(message(number))
    expect(told).toEqual([1, 2])
    expect(reads).toEqual([])
  })

  test.each([
    { what: 'has it', page: [1, 2, 3], next: [] },
    { what: 'does not have it yet', page: [1, 2], next: [3] },
  ])('reads again for a message that came during a read, where that $what', async ({ page, next }) => {
    const { topic, told, reads, answer } = await follow()
    topic.onMessage(message(2))
    topic.onMessage(message(3))
    await answer(page.map(stored))
    expect(reads.map(({ after }) => after)).toEqual(['0', String(page.at(-1))])
    await answer(next.map(stored))
    topic.onMessage(message(4))
    expect(told).toEqual([1, 2, 3, 4])
    expect(reads).toHaveLength(2)
  })

  test('does not tell during a read what the read will tell', async () => {
    const { topic, told, answer } = await follow()
    topic.onMessage(message(2))
    topic.onMessage(message(1))
    expect(told).toEqual([])
    await answer([stored(1), stored(2)])
    await answer([])
    expect(told).toEqual([1, 2])
  })

  test('says once that a read failed, tells nothing past it, and reads from the same place the next time', async () => {
    const { topic, told, errors, reads, answer, fail } = await follow()
    topic.onMessage(message(2))
    topic.onMessage(message(3))
    await fail(new Error('away'))
    expect(errors).toEqual([new Error('away')])
    topic.onMessage(message(4))
    expect(reads.map(({ after }) => after)).toEqual(['0', '0'])
    await answer([1, 2, 3, 4].map(stored))
    expect(told).toEqual([1, 2, 3, 4])
  })

  test('is not read for a look where a message has come since the last one', async () => {
    const { topic, reads } = await follow()
    topic.onMessage(message(1))
    await topic.look()
    expect(reads).toHaveLength(0)
    void topic.look()
    expect(reads.map(({ after }) => after)).toEqual(['1'])
  })

  test('is read for a look, whatever messages have come, where a read has failed', async () => {
    const { topic, reads, fail } = await follow()
    topic.onMessage(message(1))
    topic.onMessage(message(3))
    await fail(new Error('away'))
    void topic.look()
    expect(reads.map(({ after }) => after)).toEqual(['1', '1'])
  })

  test('tells nothing more after the end', async () => {
    const { topic, told, ends, answer } = await follow()
    topic.onMessage(message(2))
    await answer('expired')
    topic.onMessage(message(1))
    topic.close()
    expect([told, ends]).toEqual([[], ['expired']])
  })
})
