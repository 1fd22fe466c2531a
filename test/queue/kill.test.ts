import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { tryLock } from '#app/kernel/advisory-lock.ts'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import type { Fact, Failure } from '#app/queue/fact.ts'
import { graphileOutbox } from '#app/queue/graphile-outbox.server.ts'
import { startGraphileWorker } from '#app/queue/graphile.server.ts'
import { showAlive, sweepUp } from '#app/queue/janitor.server.ts'
import { startChild } from '#test/support/child.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { keptLog } from '#test/support/kept-log.ts'

const WORKER = fileURLToPath(new URL('./worker-process.ts', import.meta.url))

let database: FreshDatabase
beforeEach(async () => {
  database = await freshDatabase()
})
afterEach(() => database.drop())

const record = (...facts: Fact[]) => transaction(database.pool, (tx) => graphileOutbox.record(tx, facts))
const sized = (ring: string, more: { maxAttempts?: number } = {}): Fact => ({
  name: 'ring-sized',
  payload: { ring },
  ...more,
})

async function startWorker(onGiveUp: (failure: Failure) => void = () => {}) {
  const done: string[] = []
  const finished = new Map<string, PromiseWithResolvers<number>>()
  const until = (ring: string) => finished.get(ring) ?? finished.set(ring, Promise.withResolvers()).get(ring)!
  const worker = await startGraphileWorker<{ 'ring-sized': { ring: string } }>({
    connectionString: database.url,
    handlers: {
      'ring-sized'({ ring }, { attempt }) {
        done.push(ring)
        until(ring).resolve(attempt)
        return Promise.resolve()
      },
    },
    concurrency: 2,
    onGiveUp,
    clock: systemClock,
    log: keptLog(),
  })
  return { ...worker, done, until: (ring: string) => until(ring).promise }
}

describe('When a worker is killed (kill -9)', () => {
  test('its work goes on in another within seconds, and nothing is lost', async () => {
    const doomed = startChild(WORKER, [database.url])
    await doomed.line('ready')
    await record(sized('R-1'), sized('R-2'))
    await Promise.all([doomed.line('begun R-1'), doomed.line('begun R-2')])
    await record(sized('R-3'))
    const heir = await startWorker()
    expect(await heir.until('R-3')).toBe(1)
    expect(heir.done).toEqual(['R-3'])

    const killed = performance.now()
    await doomed.kill()
    // The attempt that was cut off counts.
    expect(await Promise.all([heir.until('R-1'), heir.until('R-2')])).toEqual([2, 2])
    expect(performance.now() - killed).toBeLessThan(6_000)
    await heir.stop()
    expect(heir.done.toSorted()).toEqual(['R-1', 'R-2', 'R-3'])
  })

  test('work cut off in its last attempt is told, not forgotten', async () => {
    const told = Promise.withResolvers<Failure>()
    const doomed = startChild(WORKER, [database.url])
    await doomed.line('ready')
    await record(sized('R-last', { maxAttempts: 1 }))
    await doomed.line('begun R-last')
    const heir = await startWorker(told.resolve)
    await doomed.kill()
    expect(await told.promise).toMatchObject({ name: 'ring-sized', payload: { ring: 'R-last' }, attempt: 1 })
    await heir.stop()
    expect(heir.done).toEqual([])
  })
})

describe('The janitor', () => {
  const lockedBy = async () => {
    const { rows } = await database.pool.query('SELECT locked_by FROM graphile_worker._private_jobs ORDER BY id')
    return rows.map((row: { locked_by: string | null }) => row.locked_by)
  }
  const hold = (worker: string) => {
    const text = 'UPDATE graphile_worker._private_jobs SET locked_by = $1, locked_at = run_at, attempts = 1'
    return database.pool.query(text, [worker])
  }

  /** The janitor on a clock of its own: `look` waits until it has looked once more. */
  function employ(session: Parameters<typeof sweepUp>[0]) {
    const clock = new VirtualClock(new Date('2026-11-23T09:00:00Z'))
    const stop = new AbortController()
    const freed: string[] = []
    const swept = sweepUp(
      session,
      { clock, log: keptLog(), onGiveUp: () => {}, freed: () => freed.push('freed') },
      stop.signal,
    )
    const atRest = () => vi.waitFor(() => expect(clock.next()).toBeDefined())
    return {
      freed,
      firstLook: atRest,
      async look() {
        await clock.runTo(clock.next()!)
        await atRest()
      },
      async dismiss() {
        stop.abort()
        await swept
      },
    }
  }

  test('frees the work of a worker it misses twice in a row', async () => {
    await record(sized('R-1'))
    await hold('pool-dead')
    const session = await database.pool.connect()
    const janitor = employ(session)
    await janitor.firstLook()
    expect(await lockedBy()).toEqual(['pool-dead'])
    await janitor.look()
    expect(await lockedBy()).toEqual([null])
    expect(janitor.freed).toEqual(['freed'])
    await janitor.dismiss()
    session.release(true)
  })

  test('leaves alone a worker that had only lost its connection for a moment', async () => {
    await record(sized('R-1'))
    await hold('pool-back')
    const [session, worker] = await Promise.all([database.pool.connect(), database.pool.connect()])
    const janitor = employ(session)
    await janitor.firstLook()
    expect(await showAlive(worker, 'pool-back')).toBe(true)
    await janitor.look()
    await janitor.look()
    expect(await lockedBy()).toEqual(['pool-back'])
    worker.release(true)
    await vi.waitFor(async () => {
      await janitor.look()
      expect(await lockedBy()).toEqual([null])
    })
    await janitor.dismiss()
    session.release(true)
  })

  test('is one over all processes', async () => {
    await record(sized('R-1'))
    await hold('pool-dead')
    const [first, second] = await Promise.all([database.pool.connect(), database.pool.connect()])
    expect(await tryLock(first, 'queue:janitor')).toBe(true)
    const janitor = employ(second)
    await janitor.firstLook()
    await janitor.look()
    await janitor.look()
    expect(await lockedBy()).toEqual(['pool-dead'])
    await janitor.dismiss()
    first.release(true)
    second.release(true)
  })
})
