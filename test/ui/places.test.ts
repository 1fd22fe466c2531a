import { describe, expect, it, test } from 'vitest'
import { difference } from '#app/ui/delivery-lines.tsx'
import { endOfDay } from '#app/ui/end-of-day.ts'
import { choicesOf, hoursInWords, KIND_WORDS } from '#app/ui/place-words.ts'
import { PLACE_KINDS } from '#app/merchant/place.ts'

describe('the end of a day', () => {
  it.each([
    ['2026-03-20', 'UTC', '2026-03-20T23:59:59.000Z'],
    ['2026-03-20', 'Europe/Paris', '2026-03-20T22:59:59.000Z'],
    ['2026-07-20', 'Europe/Paris', '2026-07-20T21:59:59.000Z'],
    ['2026-07-20', 'America/New_York', '2026-07-21T03:59:59.000Z'],
    ['2026-07-20', 'Pacific/Auckland', '2026-07-20T11:59:59.000Z'],
    // The day on which the clocks change, and the one before.
    ['2026-03-29', 'Europe/Paris', '2026-03-29T21:59:59.000Z'],
    ['2026-03-28', 'Europe/Paris', '2026-03-28T22:59:59.000Z'],
    ['2026-10-25', 'Europe/Paris', '2026-10-25T22:59:59.000Z'],
  ])('%s in %s', (day, zone, end) => {
    expect(endOfDay(day, zone)).toBe(end)
  })
  it.each(['', 'soon', '2026-13-01', '26-1-1'])('of %j is none', (day) => {
    expect(endOfDay(day, 'UTC')).toBe('')
  })
})

test.each([
  [1, '1 hour'],
  [12, '12 hours'],
  [47, '47 hours'],
  [48, '2 days'],
  [168, '7 days'],
  [100, '100 hours'],
])('%i hours are said as people do', (hours, words) => {
  expect(hoursInWords(hours)).toBe(words)
})

test('every kind of place can be chosen', () => {
  expect(
    choicesOf(KIND_WORDS)
      .map(({ value }) => value)
      .toSorted(),
  ).toEqual(PLACE_KINDS.toSorted())
})

test.each([
  [5, 5, '5 pieces expected, 5 received.'],
  [5, 3, '5 pieces expected, 3 received: 2 missing so far.'],
  [1, 3, '1 piece expected, 3 received: 2 more.'],
])('of %i expected and %i received', (expected, received, words) => {
  expect(difference({ expected, received })).toBe(words)
})
