import type { PostgresPool } from 'kysely'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createPglitePool } from '../../src/database/pglite-pool.ts'
import { type PoolVerbs, remotePool, sharePool } from '../../src/database/shared-pool.ts'
import { describeDatabase } from '../support/describe-database.ts'
import { twoEnds } from '../support/two-ends.ts'

let pool: PostgresPool
beforeAll(async () => {
  pool = await createPglitePool(3_000)
})
afterAll(() => pool.end())

/** The pool as another process has it. */
function connect() {
  const shared = sharePool(pool)
  const { here, close } = twoEnds<object, PoolVerbs>({}, shared)
  const { call, tell } = here
  return {
    remote: remotePool({ connect: call.connect, query: call.query, release: tell.release }),
    gone: shared.gone,
    close,
  }
}

const ends: (() => void)[] = []
afterAll(() => {
  for (const close of ends) close()
})
describeDatabase('the pglite of another process', async () => {
  const { remote, close } = connect()
  ends.push(close)
  return { pool: remote }
})

describe('a process that is gone', () => {
  function open() {
    const dying = connect()
    const next = connect()
    onTestFinished(async () => {
      for (const { gone, close } of [dying, next]) {
        close()
        await gone()
      }
    })
    return { dying, next: next.remote }
  }

  test('has its transaction rolled back, and its connection goes to the next', async () => {
    const { dying, next } = open()
    const client = await next.connect()
    await client.query('create table stock (item int)', [])
    client.release()

    const transaction = await dying.remote.connect()
    await transaction.query('begin', [])
    await transaction.query('insert into stock values (1)', [])
    const waiting = next.connect()
    await dying.gone()
    const heir = await waiting
    expect((await heir.query('select * from stock', [])).rows).toEqual([])
    heir.release()
  })

  test('gives back a connection that it was still waiting for', async () => {
    const { dying, next } = open()
    const held = await next.connect()
    const neverHad = dying.remote.connect()
    // One round, so that the other process has been asked.
    await held.query('select 1', [])
    await dying.gone()
    held.release()
    await neverHad
    const client = await next.connect()
    expect((await client.query('select 1 as one', [])).rows).toEqual([{ one: 1 }])
    client.release()
  })
})
