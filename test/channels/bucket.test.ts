import { describe, expect, test } from 'vitest'
import { openBucket, savedBucket, type Bucket, type Limit } from '#app/channels/bucket.ts'

const START = Date.UTC(2026, 10, 23, 9)
const at = (ms: number) => new Date(START + ms)
const HOUR = 3_600_000
const DAY = 24 * HOUR

const ETSY: Limit[] = [
  { kind: 'window', name: 'second', limit: 10, lengthMs: 1_000 },
  { kind: 'window', name: 'day', limit: 10_000, lengthMs: DAY },
]
const SHOPIFY: Limit[] = [{ kind: 'points', name: 'points', limit: 2_000, restorePerSecond: 100 }]

const keep = (share: number) => ({ window: share, points: share, budget: share })

const chance = (seed: number) => () => (seed = (seed * 48271) % 2147483647) / 2147483647

/** Sends as much as the bucket lets through for `ms`, asking at random moments too; returns when each call went. */
function sendAllOf(bucket: Pick<Bucket, 'waitMs' | 'take'>, ms: number, random: () => number): number[] {
  const sent: number[] = []
  for (let now = 0; now < ms;) {
    const wait = bucket.waitMs(1, at(now))
    if (wait === 0) {
      bucket.take(1, at(now))
      sent.push(now)
    } else now += random() < 0.3 ? Math.ceil(random() * wait) : wait
    // Now and then nobody has anything to send for a while, and all comes at once afterwards.
    if (random() < 0.02) now += Math.floor(random() * ms * 0.02)
  }
  return sent
}

/** The most that went in any span of `length`. */
function busiest(sent: number[], length: number): number {
  let from = 0
  return sent.reduce((most, moment, i) => {
    while (sent[from]! <= moment - length) from += 1
    return Math.max(most, i - from + 1)
  }, 0)
}

describe('A limit over a window', () => {
  const limits = [
    { limit: 10, lengthMs: 1_000, ms: 60_000 },
    { limit: 1, lengthMs: 1_000, ms: 60_000 },
    { limit: 7, lengthMs: 333, ms: 20_000 },
    { limit: 500, lengthMs: HOUR, ms: 10 * HOUR },
  ]

  test.each(limits)(
    'lets no more than $limit through in any $lengthMs ms, wherever they begin',
    ({ limit, lengthMs, ms }) => {
      for (const seed of [1, 2, 3, 4, 5]) {
        const bucket = openBucket({ limits: [{ kind: 'window', name: 'w', limit, lengthMs }], margin: 0 })
        const sent = sendAllOf(bucket, ms, chance(seed))
        expect(sent.length).toBeGreaterThan((ms / lengthMs) * limit * 0.5)
        expect(busiest(sent, lengthMs)).toBeLessThanOrEqual(limit)
      }
    },
  )

  test('where a count that starts anew each second lets twice the limit through at its edge', () => {
    const used = new Map<number, number>()
    const second = (now: Date) => Math.floor(now.getTime() / 1_000)
    const fixed = {
      waitMs: (_: number, now: Date) => ((used.get(second(now)) ?? 0) < 10 ? 0 : 1_000 - (now.getTime() % 1_000)),
      take: (_: number, now: Date) => void used.set(second(now), (used.get(second(now)) ?? 0) + 1),
    }
    expect(busiest(sendAllOf(fixed, 60_000, chance(1)), 1_000)).toBeGreaterThan(10)
  })

  test('is used nearly to the full by one who always has something to send', () => {
    const bucket = openBucket({ limits: [{ kind: 'window', name: 'w', limit: 10, lengthMs: 1_000 }], margin: 0 })
    const sent = sendAllOf(bucket, 60_000, () => 0.99)
    expect(sent.length).toBeGreaterThan(590)
  })

  test('keeps its margin: of seconds in time, of a day in calls', () => {
    const bucket = openBucket({ limits: ETSY, margin: 0.2 })
    const sent = sendAllOf(bucket, 30_000, chance(1))
    expect(busiest(sent, 1_200)).toBe(10)
    const day = openBucket({ limits: ETSY.slice(1), margin: 0.2 })
    let taken = 0
    for (; day.waitMs(1, at(taken)) === 0; taken += 1) day.take(1, at(taken))
    expect(taken).toBe(8_000)
  })

  test('never lets a call wait for longer than needed, nor in vain', () => {
    const bucket = openBucket({ limits: [{ kind: 'window', name: 'w', limit: 24, lengthMs: 24_000 }], margin: 0 })
    for (let i = 0; i < 24; i += 1) bucket.take(1, at(i * 500))
    const wait = bucket.waitMs(1, at(12_000))
    expect(bucket.waitMs(1, at(12_000 + wait - 1))).toBe(1)
    expect(bucket.waitMs(1, at(12_000 + wait))).toBe(0)
    expect(wait).toBe(12_250)
  })

  test('of several limits the tightest decides', () => {
    const bucket = openBucket({ limits: ETSY, margin: 0 })
    for (let i = 0; i < 10; i += 1) bucket.take(1, at(0))
    expect(bucket.waitMs(1, at(0))).toBeLessThanOrEqual(1_042)
    for (let i = 0; i < 9_990; i += 1) bucket.take(1, at(i * 100))
    expect(bucket.waitMs(1, at(1_000_000))).toBeGreaterThan(23 * HOUR)
    expect(bucket.waitMs(1, at(1_000_000))).toBeLessThanOrEqual(25 * HOUR)
  })

  test('tells how long a queue of calls takes', () => {
    const bucket = openBucket({ limits: [{ kind: 'window', name: 'w', limit: 10, lengthMs: 1_000 }], margin: 0 })
    expect(bucket.waitMs(10, at(0))).toBe(0)
    expect(bucket.waitMs(25, at(0))).toBeGreaterThanOrEqual(2_000)
    expect(bucket.waitMs(25, at(0))).toBeLessThanOrEqual(2_200)
  })
})

describe('Points that are restored', () => {
  test('are spent at once while they last, and then at the pace they come back', () => {
    const bucket = openBucket({ limits: SHOPIFY, margin: 0 })
    for (let i = 0; i < 40; i += 1) bucket.take(50, at(0))
    expect(bucket.waitMs(50, at(0))).toBe(500)
    expect(bucket.waitMs(50, at(300))).toBe(200)
    expect(bucket.waitMs(50, at(500))).toBe(0)
    expect(bucket.waitMs(10_000, at(500))).toBe(99_500)
  })

  test('what the channel did not charge comes back at once, what it charged more is gone', () => {
    const bucket = openBucket({ limits: SHOPIFY, margin: 0 })
    bucket.take(2_000, at(0))
    bucket.giveBack(300, at(0))
    expect(bucket.waitMs(300, at(0))).toBe(0)
    bucket.giveBack(-100, at(0))
    expect(bucket.waitMs(300, at(0))).toBe(1_000)
  })

  test('a margin is never touched, but a call of the whole bucket still goes when it is full', () => {
    const bucket = openBucket({ limits: SHOPIFY, margin: 0.1 })
    bucket.take(1_700, at(0))
    expect(bucket.waitMs(100, at(0))).toBe(0)
    expect(bucket.waitMs(101, at(0))).toBe(10)
    expect(bucket.waitMs(2_000, at(0))).toBe(17_000)
    expect(bucket.waitMs(2_000, at(17_000))).toBe(0)
  })
})

describe('A share of the limit kept free', () => {
  test.each<{ title: string; limits: Limit[]; all: number; most: number }>([
    { title: 'of a window', limits: [{ kind: 'window', name: 'w', limit: 10, lengthMs: 1_000 }], all: 10, most: 6 },
    { title: 'of points', limits: [{ kind: 'points', name: 'p', limit: 10, restorePerSecond: 1 }], all: 10, most: 6 },
  ])('$title is left to those who may use it', ({ limits, all, most }) => {
    const bucket = openBucket({ limits, margin: 0 })
    let taken = 0
    for (; bucket.waitMs(1, at(0), keep(0.4)) === 0; taken += 1) bucket.take(1, at(0))
    expect(taken).toBe(most)
    for (; bucket.waitMs(1, at(0)) === 0; taken += 1) bucket.take(1, at(0))
    expect(taken).toBe(all)
  })

  test('does not shut out one whose calls are greater than what is left', () => {
    for (const limits of [SHOPIFY, [{ kind: 'window', name: 'w', limit: 1, lengthMs: 1_000 } satisfies Limit]]) {
      const bucket = openBucket({ limits })
      expect(bucket.waitMs(bucket.most(), at(0), keep(0.9))).toBe(0)
    }
  })
})

describe('What the channel says', () => {
  const second = (limit: number): Limit[] => [{ kind: 'window', name: 'second', limit, lengthMs: 1_000 }]
  const takenAtOnce = (bucket: Bucket, now: Date) => {
    let taken = 0
    for (; bucket.waitMs(1, now) === 0; taken += 1) bucket.take(1, now)
    return taken
  }

  test('that less remains than we thought is believed at once', () => {
    const window = openBucket({ limits: second(10), margin: 0 })
    window.learn({ limits: { second: { remaining: 3 } } }, at(0))
    expect(takenAtOnce(window, at(0))).toBe(3)
    const points = openBucket({ limits: SHOPIFY, margin: 0 })
    points.learn({ limits: { points: { remaining: 40 } } }, at(0))
    expect(points.waitMs(50, at(0))).toBe(100)
  })

  test('that more remains than we thought is not: our own calls may still be on their way', () => {
    const window = openBucket({ limits: second(10), margin: 0 })
    for (let i = 0; i < 10; i += 1) window.take(1, at(0))
    for (let i = 0; i < 50; i += 1) window.learn({ limits: { second: { remaining: 9 } } }, at(1))
    expect(window.waitMs(1, at(2))).toBeGreaterThan(900)
    const points = openBucket({ limits: SHOPIFY, margin: 0 })
    points.take(2_000, at(0))
    points.learn({ limits: { points: { remaining: 2_000 } } }, at(0))
    expect(points.waitMs(100, at(0))).toBe(1_000)
  })

  test('about what others used is forgotten slowly when it says otherwise', () => {
    const bucket = openBucket({ limits: [{ kind: 'window', name: 'day', limit: 100, lengthMs: DAY }], margin: 0 })
    bucket.learn({ limits: { day: { remaining: 0 } } }, at(0))
    expect(bucket.waitMs(1, at(0))).toBeGreaterThan(23 * HOUR)
    bucket.learn({ limits: { day: { remaining: 100 } } }, at(1_000))
    expect(takenAtOnce(bucket, at(1_000))).toBe(10)
    for (let i = 0; i < 60; i += 1) bucket.learn({ limits: { day: { remaining: 90 } } }, at(2_000))
    expect(takenAtOnce(bucket, at(2_000))).toBeGreaterThan(85)
  })

  test('about a lower limit holds at once, and the higher one only after five minutes of saying nothing else', () => {
    const bucket = openBucket({ limits: second(10), margin: 0 })
    const say = (limit: number, ms: number) => bucket.learn({ limits: { second: { limit } } }, at(ms))
    say(5, 0)
    expect(bucket.most()).toBe(5)
    say(150, 60_000)
    say(150, 300_000)
    expect(bucket.most()).toBe(5)
    say(5, 310_000)
    say(150, 320_000)
    say(120, 400_000)
    say(150, 619_999)
    expect(bucket.most()).toBe(5)
    say(150, 620_000)
    expect(bucket.most()).toBe(120)
  })

  test('about the pace of restoring holds in the same way', () => {
    const bucket = openBucket({ limits: SHOPIFY, margin: 0 })
    bucket.take(2_000, at(0))
    bucket.learn({ limits: { points: { restorePerSecond: 50 } } }, at(0))
    expect(bucket.waitMs(100, at(0))).toBe(2_000)
    bucket.learn({ limits: { points: { restorePerSecond: 1_000 } } }, at(0))
    expect(bucket.waitMs(100, at(0))).toBe(2_000)
  })

  test.each([0, -1, Number.NaN])('is ignored where a limit of %d makes no sense', (limit) => {
    const bucket = openBucket({ limits: second(10), margin: 0 })
    bucket.learn({ limits: { second: { limit, remaining: Number.NaN } } }, at(0))
    expect(takenAtOnce(bucket, at(0))).toBe(10)
  })

  test('about a limit we do not know is ignored', () => {
    const bucket = openBucket({ limits: second(10), margin: 0 })
    bucket.learn({ limits: { month: { limit: 1, remaining: 0 } } }, at(0))
    expect(takenAtOnce(bucket, at(0))).toBe(10)
  })

  test('about staying away is kept to the end, even if it then says less', () => {
    const bucket = openBucket({ limits: ETSY })
    bucket.learn({ retryAfterMs: 60_000 }, at(0))
    bucket.learn({ retryAfterMs: 1_000 }, at(0))
    expect(bucket.waitMs(1, at(0))).toBe(60_000)
    expect(bucket.waitMs(1, at(59_999))).toBe(1)
    expect(bucket.waitMs(1, at(60_000))).toBe(0)
  })
})

describe('A saved bucket', () => {
  test('goes on where it was, through JSON', () => {
    const bucket = openBucket({ limits: [...ETSY, ...SHOPIFY], margin: 0 })
    for (let i = 0; i < 9; i += 1) bucket.take(1, at(i))
    bucket.learn({ limits: { day: { limit: 100, remaining: 60 } }, retryAfterMs: 200 }, at(10))
    const again = openBucket(
      { limits: [...ETSY, ...SHOPIFY], margin: 0 },
      savedBucket.parse(JSON.parse(JSON.stringify(bucket.state()))),
    )
    expect(again.state()).toEqual(bucket.state())
    for (const cost of [1, 2, 30, 70]) expect(again.waitMs(cost, at(20))).toBe(bucket.waitMs(cost, at(20)))
  })

  test('starts from the configuration where that has changed, and forgets limits that are gone', () => {
    const old = openBucket({ limits: ETSY, margin: 0 })
    old.learn({ limits: { second: { limit: 2 } } }, at(0))
    const fresh = openBucket({ limits: [{ kind: 'window', name: 'second', limit: 150, lengthMs: 1_000 }] }, old.state())
    expect(fresh.most()).toBe(150)
    expect(Object.keys(fresh.state().meters)).toEqual(['second'])
  })

  test.each([undefined, null, {}, { blockedUntil: 0, meters: { second: { kind: 'sundial' } } }])(
    'that cannot be read (%j) is as good as none',
    (saved) => expect(savedBucket.parse(saved)).toBeNull(),
  )

  test('stays small, however much was sent', () => {
    const bucket = openBucket({ limits: ETSY, margin: 0 })
    for (let i = 0; i < 9_000; i += 1) bucket.take(1, at(i * 20_000))
    bucket.waitMs(1, at(9_000 * 20_000))
    expect(JSON.stringify(bucket.state()).length).toBeLessThan(5_000)
  })
})
