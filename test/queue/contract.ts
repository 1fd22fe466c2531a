import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { GiveUp, TryAgain } from '#app/kernel/outage.ts'
import type { RunTransaction } from '#app/kernel/sql.ts'
import type { Failure, Fact, Handlers, OnGiveUp, Outbox } from '#app/queue/fact.ts'

/** The facts of the battery: a small workshop's. */
export type Workshop = {
  'ring-sized': { ring: string; size: number }
  'stone-set': { ring: string }
}

export type WorkshopHandlers = { [Name in keyof Workshop]?: Handlers<Workshop>[Name] }

/** One driver of the queue, with its clock. Mistakes are tried again 20 ms later, and one fact is worked on at a time. */
export type Driver = {
  outbox: Outbox<Workshop>
  transaction: RunTransaction
  start: (handlers: Handlers<Workshop>, onGiveUp: OnGiveUp) => Promise<void>
  now: () => Date
  /** Lets time pass until `done` settles. */
  until: <T>(done: Promise<T>) => Promise<T>
  close: () => Promise<void>
}

type Run = { ring: string; at: Date; attempt: number }

/** What every driver of the queue must do. */
export function queueContract(name: string, open: () => Promise<Driver>): void {
  describe(`The queue, ${name}`, () => {
    let driver: Driver
    let runs: Run[]
    let failures: Failure[]

    beforeEach(async () => {
      driver = await open()
      runs = []
      failures = []
    })
    afterEach(() => driver.close())

    const record = (...facts: Fact<Workshop>[]) => driver.transaction((tx) => driver.outbox.record(tx, facts))
    const sized = (ring: string, more: Partial<Omit<Fact<Workshop>, 'name' | 'payload'>> = {}): Fact<Workshop> => ({
      name: 'ring-sized',
      payload: { ring, size: 52 },
      ...more,
    })
    const later = (ms: number) => new Date(driver.now().getTime() + ms)

    /** Starts the work; `until(ring)` resolves when that ring's work has come to its end, well or badly. */
    async function start(handlers: WorkshopHandlers = {}) {
      const ends = new Map<string, PromiseWithResolvers<void>>()
      const end = (ring: string) => ends.get(ring) ?? ends.set(ring, Promise.withResolvers()).get(ring)!
      const noted =
        <Payload extends { ring: string }>(
          work: ((payload: Payload, context: { attempt: number; signal: AbortSignal }) => Promise<void>) | undefined,
        ) =>
        async (payload: Payload, context: { attempt: number; signal: AbortSignal }) => {
          runs.push({ ring: payload.ring, at: driver.now(), attempt: context.attempt })
          await work?.(payload, context)
          end(payload.ring).resolve()
        }
      const told = (failure: Failure) => {
        failures.push(failure)
        end(String(failure.payload['ring'])).resolve()
      }
      await driver.start(
        { 'ring-sized': noted(handlers['ring-sized']), 'stone-set': noted(handlers['stone-set']) },
        told,
      )
      return { until: (ring: string) => driver.until(end(ring).promise) }
    }

    test('what was recorded in a committed transaction is worked on, with what it carried', async () => {
      const seen: unknown[] = []
      const work = await start({ 'ring-sized': async (payload) => void seen.push(payload) })
      await record(sized('R-1'))
      await work.until('R-1')
      expect(seen).toEqual([{ ring: 'R-1', size: 52 }])
      expect(runs[0]?.attempt).toBe(1)
    })

    test('what was recorded in a transaction that failed never happens', async () => {
      const work = await start()
      const failing = driver.transaction(async (tx) => {
        await driver.outbox.record(tx, [sized('R-lost')])
        throw new Error('The ring was not there.')
      })
      await expect(failing).rejects.toThrow('The ring was not there.')
      await record(sized('R-kept'))
      await work.until('R-kept')
      expect(runs.map((run) => run.ring)).toEqual(['R-kept'])
    })

    test('nothing is worked on while its transaction is still open', async () => {
      const work = await start()
      // PostgreSQL lets a name be used for the first time by one transaction at a time.
      await record(sized('R-0'))
      await work.until('R-0')
      runs.length = 0
      await driver.transaction(async (tx) => {
        await driver.outbox.record(tx, [sized('R-1')])
        await record(sized('R-2', { key: 'other' }))
        await work.until('R-2')
        expect(runs.map((run) => run.ring)).toEqual(['R-2'])
      })
      await work.until('R-1')
      expect(runs.map((run) => run.ring)).toEqual(['R-2', 'R-1'])
    })

    test('a fact for later waits for its time', async () => {
      const work = await start()
      const due = later(300)
      await record(sized('R-late', { runAt: due }), sized('R-now'))
      await work.until('R-late')
      expect(runs.map((run) => run.ring)).toEqual(['R-now', 'R-late'])
      expect(runs[1]!.at.getTime()).toBeGreaterThanOrEqual(due.getTime())
    })

    test('facts with one key wait as one, with the newest news', async () => {
      const work = await start()
      const soon = later(200)
      await record(sized('R-old', { key: 'A', runAt: soon }), sized('R-mid', { key: 'A', runAt: soon }))
      await record(sized('R-new', { key: 'A', runAt: soon }))
      await work.until('R-new')
      expect(runs.map((run) => run.ring)).toEqual(['R-new'])
    })

    test.each([
      { title: 'the second asks to be earlier', first: 60_000, second: 200 },
      { title: 'the second asks to be later', first: 200, second: 60_000 },
      { title: 'the second asks for now', first: 60_000, second: undefined },
    ])('facts with one key run at the earlier of their times: $title', async ({ first, second }) => {
      const work = await start()
      const from = driver.now().getTime()
      await record(sized('R-old', { key: 'A', runAt: later(first) }))
      await record(sized('R-new', { key: 'A', ...(second && { runAt: later(second) }) }))
      await work.until('R-new')
      expect(runs).toHaveLength(1)
      expect(runs[0]!.at.getTime() - from).toBeLessThan(10_000)
    })

    test('the same key under another name is another matter', async () => {
      const work = await start()
      await record(sized('R-1', { key: 'A' }), { name: 'stone-set', payload: { ring: 'R-2' }, key: 'A' })
      await work.until('R-1')
      await work.until('R-2')
      expect(runs.map((run) => run.ring).toSorted()).toEqual(['R-1', 'R-2'])
    })

    test('a fact recorded while the last one of its key is worked on is worked on afterwards', async () => {
      const work = await start({
        'ring-sized': async ({ ring }) => {
          if (ring === 'R-old') await record(sized('R-new', { key: 'A' }))
        },
      })
      await record(sized('R-old', { key: 'A' }))
      await work.until('R-new')
      expect(runs.map((run) => run.ring)).toEqual(['R-old', 'R-new'])
    })

    test('work that was overtaken by a newer fact of its key is not tried again', async () => {
      const work = await start({
        'ring-sized': async ({ ring }) => {
          if (ring !== 'R-old') return
          await record(sized('R-new', { key: 'A' }), sized('R-last', { runAt: later(200) }))
          throw new TryAgain(50, 'The lathe is taken.')
        },
      })
      await record(sized('R-old', { key: 'A' }))
      await work.until('R-last')
      expect(runs.map((run) => run.ring)).toEqual(['R-old', 'R-new', 'R-last'])
    })

    test('an outage that passes is tried again after exactly its time, and costs no attempt', async () => {
      let tries = 0
      const work = await start({
        'ring-sized': async () => {
          if (++tries <= 3) throw new TryAgain(150, 'The channel is busy.')
        },
      })
      await record(sized('R-1', { maxAttempts: 1 }))
      await work.until('R-1')
      expect(runs.map((run) => run.attempt)).toEqual([1, 1, 1, 1])
      for (const [i, run] of runs.slice(1).entries()) {
        const waited = run.at.getTime() - runs[i]!.at.getTime()
        expect(waited).toBeGreaterThanOrEqual(150)
        expect(waited).toBeLessThan(600)
      }
    })

    test('work that gives up ends, and a person is told why', async () => {
      const work = await start({
        'ring-sized': async ({ ring }) => {
          if (ring === 'R-1') throw new GiveUp('The channel has closed the account.')
        },
      })
      await record(sized('R-1', { key: 'A' }))
      await work.until('R-1')
      await record(sized('R-2', { runAt: later(200) }))
      await work.until('R-2')
      expect(runs.map((run) => run.ring)).toEqual(['R-1', 'R-2'])
      expect(failures).toMatchObject([
        { name: 'ring-sized', payload: { ring: 'R-1', size: 52 }, attempt: 1, error: { name: 'GiveUp' } },
      ])
      expect(failures[0]!.error.message).toBe('The channel has closed the account.')
    })

    test('a key that gave up is free for the next fact', async () => {
      const work = await start({
        'ring-sized': async ({ ring }) => {
          if (ring === 'R-1') throw new GiveUp('The channel has closed the account.')
        },
      })
      await record(sized('R-1', { key: 'A' }))
      await work.until('R-1')
      await record(sized('R-2', { key: 'A' }))
      await work.until('R-2')
      expect(runs.map((run) => run.ring)).toEqual(['R-1', 'R-2'])
    })

    test('a mistake is tried again as often as was said, and then told', async () => {
      const work = await start({ 'ring-sized': () => Promise.reject(new TypeError('No such size.')) })
      await record(sized('R-1', { maxAttempts: 3 }))
      await work.until('R-1')
      expect(runs.map((run) => run.attempt)).toEqual([1, 2, 3])
      expect(failures).toMatchObject([{ attempt: 3, payload: { ring: 'R-1' }, error: { message: 'No such size.' } }])
    })

    test('what follows from a fact is recorded by its handler', async () => {
      const work = await start({
        'ring-sized': ({ ring }) => record({ name: 'stone-set', payload: { ring: `${ring}-set` } }),
      })
      await record(sized('R-1'))
      await work.until('R-1-set')
      expect(runs.map((run) => run.ring)).toEqual(['R-1', 'R-1-set'])
    })

    test('an empty key is a mistake', async () => {
      await start()
      await expect(record(sized('R-1', { key: '' }))).rejects.toThrow('empty key')
    })
  })
}
