import { expect, test } from 'vitest'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import type { RunningWorker } from '#app/queue/graphile.server.ts'
import { keepWorking } from '#app/queue/keep-working.server.ts'
import { keptLog } from '#test/support/kept-log.ts'

const STEP_MS = 500

/** Workers that end when they are told to, and a database that may be away. */
function workshop() {
  const clock = new VirtualClock(new Date('2026-11-25T10:00:00Z'))
  const log = keptLog()
  const all: { fall: (why: Error) => void; stopped: boolean }[] = []
  const database = { away: false }
  const start = (): Promise<RunningWorker> => {
    if (database.away) return Promise.reject(new Error('connect ECONNREFUSED'))
    const ended = Promise.withResolvers<void>()
    const one = { fall: (why: Error) => ended.reject(why), stopped: false }
    all.push(one)
    const stop = () => {
      one.stopped = true
      ended.resolve()
      return Promise.resolve()
    }
    return Promise.resolve({ ended: ended.promise, stop })
  }
  // What was set going by a promise comes to its next wait before time goes on.
  const calm = () => new Promise((resolve) => setImmediate(resolve))
  const pass = async (ms: number) => {
    const until = clock.now().getTime() + ms
    for (let at = clock.now().getTime(); at <= until; at += STEP_MS) {
      await calm()
      await clock.runTo(new Date(at))
    }
    await calm()
  }
  return { clock, log, all, database, start, pass, open: () => keepWorking({ start, clock, log }) }
}

test('a worker that ends by itself is followed by another, and its connections are closed', async () => {
  const { all, log, open, pass } = workshop()
  const queue = await open()
  all[0]!.fall(new Error('terminating connection due to administrator command'))
  await pass(0)
  expect(all).toHaveLength(2)
  expect(all[0]!.stopped).toBe(true)
  expect(log.said.map(({ sentence }) => sentence)).toEqual(['The queue has stopped by itself; it is started anew.'])
  await queue.stop()
})

test('while the database is away it is tried again each second, until it is there', async () => {
  const { all, log, database, open, pass } = workshop()
  const queue = await open()
  database.away = true
  all[0]!.fall(new Error('the database system is shutting down'))
  await pass(2_500)
  expect(all).toHaveLength(1)
  expect(log.said.filter(({ sentence }) => sentence.includes('tried again'))).toHaveLength(3)
  database.away = false
  await pass(1_000)
  expect(all).toHaveLength(2)
  await queue.stop()
  expect(all[1]!.stopped).toBe(true)
})

test('what is stopped stays stopped, also while the database is away', async () => {
  const { all, database, open, pass } = workshop()
  const queue = await open()
  database.away = true
  all[0]!.fall(new Error('gone'))
  await pass(1_500)
  await queue.stop()
  database.away = false
  await pass(10_000)
  expect(all).toHaveLength(1)
})

test('a worker that cannot be started at all says so to who starts it', async () => {
  const { database, open } = workshop()
  database.away = true
  await expect(open()).rejects.toThrow('ECONNREFUSED')
})
