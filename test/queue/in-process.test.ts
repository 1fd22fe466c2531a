import { describe, expect, test } from 'vitest'
import { TryAgain } from '#app/kernel/outage.ts'
import type { Random } from '#app/kernel/clock.ts'
import type { Fact, Failure, Handlers } from '#app/queue/fact.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { inProcessQueue, type InProcessQueue } from '#app/queue/in-process.ts'
import { queueContract } from './contract.ts'

const START = new Date('2026-11-23T09:00:00Z')

const someSql = (): Sql => ({ query: () => Promise.reject(new Error('There is no database here.')) })

queueContract('in one process on a virtual clock', () => {
  const clock = new VirtualClock(START)
  let queue: InProcessQueue
  return Promise.resolve({
    outbox: { record: (tx, facts) => queue.outbox.record(tx, facts) },
    transaction: (work) => queue.bind((run) => run(someSql()))(work),
    start(handlers, onGiveUp) {
      queue = inProcessQueue({ handlers, clock, onGiveUp, backoffMs: () => 20 })
      return Promise.resolve()
    },
    now: () => clock.now(),
    async until(done) {
      let over = false
      void done.finally(() => (over = true))
      for (let next = clock.next(); next && !over; next = clock.next()) {
        await clock.runTo(next)
        await Promise.resolve()
      }
      return done
    },
    close: () => Promise.resolve(),
  })
})

describe('The queue in one process', () => {
  type Rings = { 'ring-sized': { ring: string } }
  const sized = (ring: string, more: Partial<Pick<Fact, 'runAt' | 'key' | 'maxAttempts'>> = {}): Fact => ({
    name: 'ring-sized',
    payload: { ring },
    ...more,
  })

  function open(options: { random?: Random; handle?: Handlers<Rings>['ring-sized']; onGiveUp?: () => void } = {}) {
    const clock = new VirtualClock(START)
    const done: string[] = []
    const mistakes: Failure[] = []
    const queue = inProcessQueue<Rings>({
      handlers: {
        async 'ring-sized'(payload, context) {
          done.push(payload.ring)
          await options.handle?.(payload, context)
        },
      },
      clock,
      onGiveUp: options.onGiveUp ?? (() => {}),
      onMistake: (failure) => void mistakes.push(failure),
      ...(options.random && { random: options.random }),
    })
    const transaction = queue.bind((work) => work(someSql()))
    const record = (...facts: Fact[]) => transaction((tx) => queue.outbox.record(tx, facts))
    return { clock, queue, done, mistakes, record }
  }

  const lehmer = (seed: number): Random => {
    let state = seed
    return () => (state = (state * 48271) % 2147483647) / 2147483647
  }
  const rings = Array.from({ length: 12 }, (_, i) => `R-${i}`)

  test('a fact recorded in a transaction it cannot follow is a mistake, not a loss', async () => {
    const { queue } = open()
    expect(() => queue.outbox.record(someSql(), [sized('R-1')])).toThrow('not bound to the queue')
  })

  test('a connection used again for another transaction brings nothing over from the last', async () => {
    const { queue, clock, done } = open()
    const tx = someSql()
    const transaction = queue.bind((work) => work(tx))
    const failing = transaction(async () => {
      await queue.outbox.record(tx, [sized('R-lost')])
      throw new Error('Rolled back.')
    })
    await expect(failing).rejects.toThrow('Rolled back.')
    await transaction(() => queue.outbox.record(tx, [sized('R-kept')]))
    await clock.runOut(new Date('2026-11-24T00:00:00Z'))
    expect(done).toEqual(['R-kept'])
  })

  test('a fact that nothing handles is a mistake where it is recorded', async () => {
    const { record } = open()
    await expect(record({ name: 'stone-lost', payload: {} })).rejects.toThrow('Nothing handles the fact stone-lost')
    await expect(record({ name: 'toString', payload: {} })).rejects.toThrow('Nothing handles the fact toString')
  })

  test('what is due at the same time is done in the order recorded', async () => {
    const { record, clock, done } = open()
    for (const ring of rings) await record(sized(ring))
    await clock.runTo(START)
    expect(done).toEqual(rings)
  })

  test('with chance the order is another one, the same for the same seed, and nothing is left out', async () => {
    const orders = await Promise.all(
      [1, 1, 2].map(async (seed) => {
        const { record, clock, done, queue } = open({ random: lehmer(seed) })
        for (const ring of rings) await record(sized(ring, ring === 'R-3' ? { key: 'again' } : {}))
        await record(sized('R-3', { key: 'again' }))
        await clock.runTo(START)
        expect(done.toSorted()).toEqual(rings.toSorted())
        expect(queue.size()).toBe(0)
        return done
      }),
    )
    expect(orders[0]).toEqual(orders[1])
    expect(orders[0]).not.toEqual(orders[2])
    expect(orders[0]).not.toEqual(rings)
  })

  test('waits are exact on the virtual clock, and what waits is counted', async () => {
    const at: number[] = []
    const { record, clock, queue } = open({
      handle: () => {
        at.push(clock.now().getTime() - START.getTime())
        return at.length < 3 ? Promise.reject(new TryAgain(1_250, 'The channel is busy.')) : Promise.resolve()
      },
    })
    await record(sized('R-1'))
    await clock.runTo(START)
    expect(queue.size()).toBe(1)
    await clock.runOut(new Date('2026-11-24T00:00:00Z'))
    expect(at).toEqual([0, 1_250, 2_500])
    expect(queue.size()).toBe(0)
  })

  test('mistakes wait twice as long each time, and each is told to the log', async () => {
    const at: number[] = []
    const { record, clock, mistakes } = open({
      handle: () => {
        at.push(clock.now().getTime() - START.getTime())
        return Promise.reject(new TypeError('No such size.'))
      },
    })
    await record(sized('R-1', { maxAttempts: 4 }))
    await clock.runOut(new Date('2026-11-24T00:00:00Z'))
    expect(at).toEqual([0, 1_000, 3_000, 7_000])
    expect(mistakes.map((mistake) => mistake.attempt)).toEqual([1, 2, 3])
  })

  test('what cannot be reported stops whoever moves the clock', async () => {
    const { record, clock } = open({
      handle: () => Promise.reject(new TypeError('No such size.')),
      onGiveUp: () => {
        throw new Error('Nobody listens.')
      },
    })
    await record(sized('R-1', { maxAttempts: 1 }))
    await expect(clock.runTo(START)).rejects.toThrow('Nobody listens.')
  })
})
