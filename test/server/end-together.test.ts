import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { endTogether } from '../../src/server/http/end-together.ts'

/** So many requests that have come, each on a connection of its own, and what becomes of them. */
async function waitingRequests(count: number) {
  const responses: ServerResponse[] = []
  const server = createServer((_request, response) => {
    responses.push(response)
    if (responses.length === count) server.emit('all')
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const all = once(server, 'all')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const answers = Array.from({ length: count }, () => fetch(url).then((answer) => answer.text()))
  await all
  return { responses, answers }
}

const endOfTurn = () => new Promise((resolve) => setImmediate(resolve))
const ended = (responses: readonly ServerResponse[]) => responses.filter(({ writableEnded }) => writableEnded).length

test('the responses of a turn are ended together, at its end', async () => {
  const { responses, answers } = await waitingRequests(5)
  const { end } = endTogether()
  for (const [index, response] of responses.entries()) end(response, `answer ${index}`, 'latin1')
  expect(ended(responses)).toBe(0)
  await endOfTurn()
  expect(ended(responses)).toBe(5)
  expect((await Promise.all(answers)).toSorted()).toEqual([0, 1, 2, 3, 4].map((index) => `answer ${index}`))
})

test('no response waits for more than 31 others', async () => {
  const { responses, answers } = await waitingRequests(70)
  const { end } = endTogether()
  const endedAfterEach = responses.map((response) => {
    end(response, 'ä', 'utf8')
    return ended(responses)
  })
  expect(endedAfterEach).toEqual(Array.from({ length: 70 }, (_, index) => Math.floor((index + 1) / 32) * 32))
  await endOfTurn()
  expect(ended(responses)).toBe(70)
  expect(new Set(await Promise.all(answers))).toEqual(new Set(['ä']))
})

test('a client that has left keeps no answer from others', async () => {
  const { responses, answers } = await waitingRequests(3)
  const { end } = endTogether()
  for (const response of responses) end(response, 'there', 'latin1')
  responses[1]?.destroy()
  expect((await Promise.allSettled(answers)).map(({ status }) => status).toSorted()).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
  ])
})

test('a response that has waited for two milliseconds is ended before the next request is looked at', async () => {
  const { responses, answers } = await waitingRequests(2)
  const [first, second] = responses
  const { end, endOverdue } = endTogether()
  if (first === undefined || second === undefined) throw new Error('There are no requests')
  end(first, 'first', 'latin1')
  const endMs = performance.now() + 3
  while (performance.now() < endMs);
  endOverdue()
  expect(first.writableEnded).toBe(true)
  end(second, 'second', 'latin1')
  endOverdue()
  await Promise.all(answers)
})

test('a response that has to wait keeps no memory that it shares with others', async () => {
  const { responses, answers } = await waitingRequests(1)
  for (const answer of answers) answer.catch(() => undefined)
  const [response] = responses
  if (response === undefined) throw new Error('There is no request')
  const bodies: unknown[] = []
  response.end = (body: unknown) => {
    bodies.push(body)
    return response
  }
  const shared = Buffer.alloc(65_536).subarray(10, 20).fill('a')
  const { end } = endTogether()
  end(response, shared, 'latin1')
  await endOfTurn()
  response.socket?.cork()
  response.socket?.write('something that is not sent')
  end(response, shared, 'latin1')
  await endOfTurn()
  expect(bodies[0]).toBe(shared)
  expect(bodies[1]).toEqual(shared)
  expect((bodies[1] as Buffer).buffer.byteLength).toBe(10)
})
