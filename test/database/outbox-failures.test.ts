import { describe, expect, test } from 'vitest'
import { createOutboxFailures } from '../../src/database/outbox-failures.ts'

describe('failures of an outbox', () => {
  function open() {
    const clock = { nowMs: 0 }
    const told: string[] = []
    const failures = createOutboxFailures({
      onError: (error, where) => told.push(`${where}: ${error}`),
      onRecovered: (where) => told.push(`well: ${where}`),
      repeatErrorsMs: 60_000,
      nowMs: () => clock.nowMs,
    })
    return { clock, failures, told: () => told.splice(0) }
  }

  const numbered = (count: number) => Array.from({ length: count }, (_, index) => `topic-${index}`)

  test('are told at once, and again each minute while they last', () => {
    const { clock, failures, told } = open()
    for (const secondsLater of [0, 2, 57, 1, 59, 1]) {
      clock.nowMs += secondsLater * 1_000
      failures.topicFailed('a', `after ${clock.nowMs / 1_000} s`)
    }
    expect(told()).toEqual(['topic a: after 0 s', 'topic a: after 60 s', 'topic a: after 120 s'])
  })

  test('of one topic hide neither those of another nor those of the database', () => {
    const { failures, told } = open()
    failures.topicFailed('a', 'too large')
    failures.topicFailed('b', 'away')
    failures.databaseFailed('gone')
    failures.topicFailed('a', 'too large')
    expect(told()).toEqual(['topic a: too large', 'topic b: away', 'the database: gone'])
  })

  test('are over, and told so once, where the topic is not held after a round any more', () => {
    const { failures, told } = open()
    failures.topicFailed('a', 'too large')
    failures.topicFailed('b', 'away')
    failures.databaseFailed('gone')
    told()
    failures.roundOver(new Set(['a']))
    failures.roundOver(new Set(['a']))
    expect(told()).toEqual(['well: topic b', 'well: the database'])
    failures.topicFailed('b', 'away again')
    expect(told()).toEqual(['topic b: away again'])
  })

  test('of very many topics are told together, and hold memory for ten of them', () => {
    const { clock, failures, told } = open()
    for (const topic of numbered(5_000)) failures.topicFailed(topic, 'away')
    const first = told()
    expect(first).toHaveLength(11)
    expect(first.at(-1)).toBe('other topics: away')
    clock.nowMs += 60_000
    for (const topic of numbered(5_000)) failures.topicFailed(topic, 'away')
    expect(told()).toHaveLength(11)
    failures.roundOver(new Set(numbered(11)))
    expect(told()).toEqual([])
    failures.roundOver(new Set(numbered(10)))
    expect(told()).toEqual(['well: other topics'])
  })
})
