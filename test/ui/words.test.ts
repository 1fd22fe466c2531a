import { expect, test } from 'vitest'
import { formatAmounts } from '#app/ui/amounts.tsx'
import { formatMoment } from '#app/ui/moment.tsx'
import { counted, lag, listed, pieces, span } from '#app/ui/words.ts'

test.each([
  [0, 'now'],
  [499, 'now'],
  [900, '1 s'],
  [59_400, '59 s'],
  [60_000, '1 min'],
  [3_599_000, '60 min'],
  [3_600_000, '1 h'],
  [86_400_000, '1 day'],
  [200_000_000, '2 days'],
])('%i ms are said as "%s"', (ms, words) => {
  expect(span(ms)).toBe(words)
})

test.each([
  [0, '0.0 s'],
  [420, '0.4 s'],
  [9_949, '9.9 s'],
  [12_000, '12 s'],
  [180_000, '3 min'],
])('a lag of %i ms is said as "%s"', (ms, words) => {
  expect(lag(ms)).toBe(words)
})

test('things are counted in English', () => {
  expect([pieces(0), pieces(1), pieces(2)]).toEqual(['0 pieces', '1 piece', '2 pieces'])
  expect(counted(1_204, 'listing')).toBe('1,204 listings')
  expect(counted(2, 'entry', 'entries')).toBe('2 entries')
  expect([listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'])]).toEqual(['a', 'a and b', 'a, b and c'])
})

test('sums of two currencies stand side by side', () => {
  const values = [
    { minor: 129_950, currency: 'EUR' },
    { minor: 5_000, currency: 'JPY' },
  ]
  expect(formatAmounts(values)).toBe('€1,299.50 + ¥5,000')
})

test('a moment is told in the merchant’s time, wherever the server and the browser are', () => {
  expect(formatMoment('2026-03-10T12:00:05Z', 'Europe/Paris')).toBe('10 Mar 2026, 13:00:05')
  expect(formatMoment('2026-03-10T03:00:05Z', 'America/New_York')).toBe('9 Mar 2026, 23:00:05')
})
