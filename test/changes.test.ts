import { afterAll, beforeAll, expect, test } from 'vitest'
import { listenForChanges, type Changes } from '#app/changes.server.ts'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { tellPages } from '#app/sync/wake.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { keptLog } from '#test/support/kept-log.ts'

let database: FreshDatabase
const ears: Changes[] = []
beforeAll(async () => void (database = await freshDatabase()))
afterAll(async () => {
  await Promise.all(ears.map((ear) => ear.close()))
  await database.drop()
})

/** The ear of one process. */
function process(): Changes {
  const ear = listenForChanges({ connectionString: database.url, clock: systemClock, log: keptLog() })
  ears.push(ear)
  return ear
}

/** Subscribes. `next` settles with the news that has come since the last one, or comes next. */
function hear(ear: Changes, merchantId: number) {
  let news = Promise.withResolvers<void>()
  let count = 0
  const stop = ear.subscribe(merchantId, () => {
    count += 1
    news.resolve()
  })
  const next = async () => {
    await news.promise
    news = Promise.withResolvers()
    count = 0
  }
  return { next, stop, count: () => count }
}

test('what one process changes, pages of two others hear, and those of other merchants do not', async () => {
  const [one, two] = [process(), process()]
  const [ofOne, ofTwo, other] = [hear(one, 1), hear(two, 1), hear(two, 2)]
  await Promise.all([ofOne.next(), ofTwo.next(), other.next()])
  await tellPages(database.pool, 1)
  await Promise.all([ofOne.next(), ofTwo.next()])
  // Sent after it on the same channel: when this is there, the first would have been.
  await tellPages(database.pool, 2)
  await other.next()
  expect(other.count()).toBe(0)
})

test('a lost session is opened again, and everybody is told that they may have missed something', async () => {
  const page = hear(process(), 7)
  await page.next()
  await database.pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name LIKE 'listens on%' AND datname = current_database()`)
  await page.next()
  await tellPages(database.pool, 7)
  await page.next()
})

test('who has left hears nothing more', async () => {
  const ear = process()
  const [stays, leaves] = [hear(ear, 9), hear(ear, 9)]
  await Promise.all([stays.next(), leaves.next()])
  leaves.stop()
  await tellPages(database.pool, 9)
  await stays.next()
  expect(leaves.count()).toBe(0)
})
