import { describe, expect, test } from 'vitest'
import type { Limit } from '#app/channels/bucket.ts'
import { lowerBoundSeconds } from '../../bench/publish/lower-bound.ts'
import { goodsOf } from '../../bench/publish/goods.ts'
import { measurePublish } from '../../bench/publish/measure.ts'

const SECOND: Limit = { kind: 'window', name: 'second', limit: 10, lengthMs: 1_000 }
const DAY: Limit = { kind: 'window', name: 'day', limit: 10_000, lengthMs: 86_400_000 }
const POINTS: Limit = { kind: 'points', name: 'points', limit: 2_000, restorePerSecond: 100 }

describe('the least time that so many calls can take', () => {
  test.each([
    ['nothing takes none', 0, [SECOND, DAY], 0],
    ['what a second allows goes at once', 10, [SECOND], 0],
    ['one more waits for the next second', 11, [SECOND], 1],
    ['a thousand', 1_000, [SECOND, DAY], 99],
    ['the day’s share, without the reserve', 8_000, [SECOND, DAY], 799],
    ['and one more the next day', 8_001, [SECOND, DAY], 86_400],
    ['two days and a bit', 16_021, [SECOND, DAY], 2 * 86_400 + 2],
    ['points that are there', 2_000, [POINTS], 0],
    ['points that come back', 12_000, [POINTS], 100],
  ])('%s', (_, cost, limits, seconds) => expect(lowerBoundSeconds({ cost }, limits, 0.2)).toBe(seconds))
})

test('a bad day has one-of-ones that were sold, things there are fewer of, and things there are more of', () => {
  const goods = goodsOf(1_000)
  expect(goods.filter(({ oneOfOne }) => oneOfOne)).toHaveLength(50)
  expect(goods.filter(({ has, shows }) => has < shows)).toHaveLength(550)
})

test(
  'a few hundred numbers are told to Etsy and to a channel of bulk calls as fast as may be, and none is refused',
  { timeout: 120_000 },
  async () => {
    const said: string[] = []
    const bench = { seconds: undefined, movements: undefined, items: 300, say: (line: string) => void said.push(line) }
    for (const only of ['etsy', 'generic']) {
      const { channels } = await measurePublish({ ...bench, only })
      const run = channels[only]!
      expect(run).toMatchObject({ n: 300, throttled: 0, wrong: 0 })
      // A few seconds' granularity weighs more here than in a thousand.
      expect(run.seconds - run.lowerBoundSeconds).toBeLessThan(3)
    }
    expect(said).toHaveLength(2)
  },
)
