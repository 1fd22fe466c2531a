import { expect, test } from 'vitest'
import { openChannelClock } from '#app/channels/square/channel-clock.ts'

const at = (ms: number) => new Date(Date.UTC(2026, 2, 1, 10) + ms)
const whole = (moment: Date) => new Date(Math.floor(moment.getTime() / 1_000) * 1_000)

test('before anything was heard it is ours', () => {
  expect(openChannelClock().at(at(5))).toEqual(at(5))
})

test.each([-40_300, -700, 0, 250, 61_900])('it comes near, and never passes, a clock %i ms from ours', (skew) => {
  const clock = openChannelClock()
  for (let ms = 0; ms < 10_000; ms += 330) clock.heard(whole(at(ms + skew)), at(ms + 40))
  const late = at(10_000 + skew).getTime() - clock.at(at(10_000)).getTime()
  expect(late).toBeGreaterThanOrEqual(0)
  // The longest time from a full second to the next call, and the way of the answer.
  expect(late).toBeLessThanOrEqual(330 + 40)
})

test('what was heard long ago is forgotten, so that a clock that drifts is followed', () => {
  const clock = openChannelClock()
  clock.heard(at(90_000), at(0))
  clock.heard(at(600_000), at(600_001))
  expect(clock.at(at(600_001))).toEqual(at(600_000))
})
