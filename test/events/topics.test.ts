import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { createTopics } from '../../src/events/topics.ts'

describe('topics', () => {
  function open() {
    const deserted: string[] = []
    const topics = createTopics({ maxQueuedEvents: 2, onDeserted: (topic) => deserted.push(topic) })
    return { topics, deserted }
  }

  test('are forgotten, once, when their last subscriber has left', async () => {
    const { topics, deserted } = open()
    const [first, last] = [topics.open('stock'), topics.open('stock')]
    await first.stream.return()
    expect([topics.names(), deserted]).toEqual([['stock'], []])
    await last.stream.return()
    await last.stream.return()
    await first.stream.return()
    expect([topics.names(), deserted]).toEqual([[], ['stock']])
  })

  test('are forgotten when their only subscriber reads too slowly', () => {
    const { topics, deserted } = open()
    topics.open('stock')
    for (const event of [1, 2, 3]) topics.deliver('stock', event)
    expect([topics.has('stock'), deserted]).toEqual([false, ['stock']])
  })

  test('know nothing of a subscriber whose signal had aborted before it came', () => {
    const { topics, deserted } = open()
    topics.open('stock', AbortSignal.abort())
    expect([topics.has('stock'), deserted]).toEqual([false, []])
  })

  test('hold on to no signal of a subscriber that has left', async () => {
    const { topics } = open()
    const { signal } = new AbortController()
    const queues = Array.from({ length: 5 }, () => topics.open('stock', signal))
    expect(getEventListeners(signal, 'abort')).toHaveLength(5)
    for (const queue of queues) await queue.stream.return()
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('are all forgotten when they are closed', () => {
    const { topics, deserted } = open()
    for (const topic of ['stock', 'sales', 'stock']) topics.open(topic)
    topics.close()
    expect([topics.names(), deserted]).toEqual([[], ['stock', 'sales']])
  })
})
