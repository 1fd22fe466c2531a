import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { GiveUp } from '#app/kernel/outage.ts'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import type { Failure } from '#app/queue/fact.ts'
import { graphileOutbox } from '#app/queue/graphile-outbox.server.ts'
import { installQueue, startGraphileWorker, type RunningWorker } from '#app/queue/graphile.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { queueContract, type Workshop } from './contract.ts'
import { keptLog } from '#test/support/kept-log.ts'

queueContract('on PostgreSQL', async () => {
  const database = await freshDatabase()
  let worker: RunningWorker | undefined
  return {
    outbox: graphileOutbox,
    transaction: (work) => transaction(database.pool, work),
    async start(handlers, onGiveUp) {
      const options = { connectionString: database.url, handlers, onGiveUp, clock: systemClock, log: keptLog() }
      worker = await startGraphileWorker({ ...options, concurrency: 1, backoffMs: () => 20 })
    },
    now: () => systemClock.now(),
    until: (done) => done,
    async close() {
      await worker?.stop()
      await database.drop()
    },
  }
})

describe('The queue on PostgreSQL', () => {
  let database: FreshDatabase
  beforeAll(async () => {
    database = await freshDatabase()
  })
  afterAll(() => database.drop())

  const record = (ring: string) =>
    transaction(database.pool, (tx) => graphileOutbox.record(tx, [{ name: 'ring-sized', payload: { ring, size: 52 } }]))

  async function startWorker(more: {
    sized: (ring: string, signal: AbortSignal) => Promise<void>
    onGiveUp?: (failure: Failure) => void
    concurrency?: number
  }) {
    const log = keptLog()
    const worker = await startGraphileWorker<Pick<Workshop, 'ring-sized'>>({
      connectionString: database.url,
      handlers: { 'ring-sized': ({ ring }, { signal }) => more.sized(ring, signal) },
      concurrency: more.concurrency ?? 1,
      onGiveUp: more.onGiveUp ?? (() => {}),
      backoffMs: () => 20,
      clock: systemClock,
      log,
    })
    return { ...worker, log }
  }

  const rows = async () => {
    const text = 'SELECT attempts, max_attempts, last_error, locked_by FROM graphile_worker._private_jobs ORDER BY id'
    return (await database.pool.query(text)).rows
  }

  test('stopping waits for the work in hand, and leaves nothing of it behind', async () => {
    const begun = Promise.withResolvers<void>()
    const finish = Promise.withResolvers<void>()
    const finished: string[] = []
    const worker = await startWorker({
      async sized(ring) {
        begun.resolve()
        await finish.promise
        finished.push(ring)
      },
    })
    await record('R-1')
    await begun.promise
    const stopped = worker.stop()
    finish.resolve()
    await stopped
    expect(finished).toEqual(['R-1'])
    expect(await rows()).toEqual([])
    await worker.ended
  })

  test('what ended without success stays to be seen, with the reason', async () => {
    const told = Promise.withResolvers<Failure>()
    const worker = await startWorker({
      sized: () => Promise.reject(new GiveUp('The channel has closed the account.')),
      onGiveUp: told.resolve,
    })
    await record('R-1')
    await told.promise
    await worker.stop()
    expect(await rows()).toEqual([
      { attempts: 25, max_attempts: 25, last_error: 'The channel has closed the account.', locked_by: null },
    ])
    await database.pool.query('DELETE FROM graphile_worker._private_jobs')
  })

  test('an end that could not be reported is reported later', async () => {
    const told = Promise.withResolvers<Failure>()
    let tries = 0
    const worker = await startWorker({
      sized: () => Promise.reject(new GiveUp('The channel has closed the account.')),
      onGiveUp(failure) {
        if (++tries === 1) throw new Error('The incident could not be written.')
        told.resolve(failure)
      },
    })
    await record('R-1')
    expect(await told.promise).toMatchObject({ attempt: 1, error: { name: 'GiveUp' } })
    await worker.stop()
    expect(worker.log.said).toContainEqual(
      expect.objectContaining({ level: 'error', sentence: expect.stringContaining('not reported') }),
    )
    await database.pool.query('DELETE FROM graphile_worker._private_jobs')
  })

  test('two workers share the work, and each piece is done once', async () => {
    const done: string[] = []
    const all = Promise.withResolvers<void>()
    const sized = (ring: string) => {
      if (done.push(ring) === 40) all.resolve()
      return Promise.resolve()
    }
    const workers = await Promise.all([startWorker({ sized, concurrency: 4 }), startWorker({ sized, concurrency: 4 })])
    const rings = Array.from({ length: 40 }, (_, i) => `R-${i}`)
    await Promise.all(rings.map(record))
    await all.promise
    await Promise.all(workers.map((worker) => worker.stop()))
    expect(done.toSorted()).toEqual(rings.toSorted())
    expect(await rows()).toEqual([])
  })

  test('facts are recorded in one question to the database', async () => {
    const asked: string[] = []
    const facts = ['R-1', 'R-2'].map((ring) => ({ name: 'ring-sized', payload: { ring } }))
    const answer = { rows: [], rowCount: 0 }
    await graphileOutbox.record({ query: (question) => (asked.push(question.text), Promise.resolve(answer)) }, facts)
    await graphileOutbox.record({ query: (question) => (asked.push(question.text), Promise.resolve(answer)) }, [])
    expect(asked).toHaveLength(1)
  })

  test('many processes may install the queue at once, and again', async () => {
    const empty = await freshDatabase()
    await empty.pool.query('DROP SCHEMA graphile_worker CASCADE')
    await Promise.all([installQueue(empty.pool), installQueue(empty.pool), installQueue(empty.pool)])
    await installQueue(empty.pool)
    await transaction(empty.pool, (tx) => graphileOutbox.record(tx, [{ name: 'ring-sized', payload: {} }]))
    expect((await empty.pool.query('SELECT FROM graphile_worker._private_jobs')).rowCount).toBe(1)
    await empty.drop()
  })

  test('a worker whose database goes away ends, and says so', async () => {
    const begun = Promise.withResolvers<void>()
    const finish = Promise.withResolvers<void>()
    const own = await freshDatabase()
    // graphile-worker shows what it cannot do on the console too.
    const trace = vi.spyOn(console, 'trace').mockImplementation(() => {})
    const worker = await startGraphileWorker<Pick<Workshop, 'ring-sized'>>({
      connectionString: own.url,
      handlers: { 'ring-sized': () => (begun.resolve(), finish.promise) },
      concurrency: 1,
      onGiveUp: () => {},
      clock: systemClock,
      log: keptLog(),
    })
    await transaction(own.pool, (tx) =>
      graphileOutbox.record(tx, [{ name: 'ring-sized', payload: { ring: 'R', size: 1 } }]),
    )
    await begun.promise
    await own.drop()
    finish.resolve()
    await expect(worker.ended).rejects.toThrow('ended by itself')
    await worker.stop()
    trace.mockRestore()
  })
})
