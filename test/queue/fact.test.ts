import { describe, expect, test } from 'vitest'
import { GiveUp, TryAgain } from '#app/kernel/outage.ts'
import { coalesce, type Fact } from '#app/queue/fact.ts'
import { defaultBackoffMs, judge } from '#app/queue/verdict.ts'

const at = (second: number) => new Date(Date.UTC(2026, 10, 23, 9, 0, second))
const fact = (n: number, more: Partial<Fact> = {}): Fact => ({ name: 'ring-sized', payload: { n }, ...more })

describe('Facts recorded together', () => {
  test.each<{ title: string; facts: Fact[]; become: Fact[] }>([
    { title: 'without a key all stay', facts: [fact(1), fact(1)], become: [fact(1), fact(1)] },
    {
      title: 'of one key become one, in the place of the first, with the payload of the last',
      facts: [fact(1, { key: 'A' }), fact(2), fact(3, { key: 'A' })],
      become: [fact(3, { key: 'A' }), fact(2)],
    },
    {
      title: 'of one key take the earliest time',
      facts: [
        fact(1, { key: 'A', runAt: at(5) }),
        fact(2, { key: 'A', runAt: at(9) }),
        fact(3, { key: 'A', runAt: at(7) }),
      ],
      become: [fact(3, { key: 'A', runAt: at(5) })],
    },
    {
      title: 'of one key run at once if any of them should',
      facts: [fact(1, { key: 'A' }), fact(2, { key: 'A', runAt: at(9) })],
      become: [fact(2, { key: 'A' })],
    },
    {
      title: 'of one key and two names stay two',
      facts: [fact(1, { key: 'A' }), fact(2, { key: 'A', name: 'stone-set' })],
      become: [fact(1, { key: 'A' }), fact(2, { key: 'A', name: 'stone-set' })],
    },
  ])('$title', ({ facts, become }) => {
    expect(coalesce(facts)).toEqual(become)
  })
})

describe('A failure', () => {
  const attempts = { attempt: 2, maxAttempts: 3, backoffMs: (attempt: number) => attempt * 10 }
  test.each([
    {
      title: 'an outage waits as long as it says',
      thrown: new TryAgain(7.2, 'Busy.'),
      verdict: { over: false, afterMs: 8, counts: false },
    },
    {
      title: 'an outage never waits less than nothing',
      thrown: new TryAgain(-5, 'Busy.'),
      verdict: { over: false, afterMs: 0, counts: false },
    },
    { title: 'giving up is the end', thrown: new GiveUp('Closed.'), verdict: { over: true } },
    {
      title: 'a mistake waits and counts',
      thrown: new TypeError('Oops.'),
      verdict: { over: false, afterMs: 20, counts: true },
    },
    {
      title: 'something thrown that is no error is a mistake',
      thrown: 'oops',
      verdict: { over: false, counts: true, error: new Error('oops') },
    },
  ])('$title', ({ thrown, verdict }) => {
    expect(judge(thrown, attempts)).toMatchObject(verdict)
  })

  test('the last mistake is the end, the last outage is not', () => {
    const last = { ...attempts, attempt: 3 }
    expect(judge(new TypeError('Oops.'), last)).toMatchObject({ over: true })
    expect(judge(new TryAgain(5, 'Busy.'), last)).toMatchObject({ over: false })
  })

  test('the waits after mistakes double up to five minutes', () => {
    expect([1, 2, 3, 9, 10, 25].map(defaultBackoffMs)).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000])
  })
})
