import { expect, test } from 'vitest'
import { id, pieces, words } from '#app/decide/fields.ts'

test.each(['0', '-1', '1.5', '1e3', '', ' 1', 'x', '1000000000', 'NaN', '٣'])('%j is no number of pieces', (text) => {
  expect(pieces.safeParse(text).success).toBe(false)
})

test('a number of pieces is read as one', () => {
  expect([pieces.parse('1'), pieces.parse('999999999')]).toEqual([1, 999_999_999])
})

test.each(['0', '-1', '1.5', '', 'x', '2147483648', 'Infinity', undefined, null])('%j is no id', (text) => {
  expect(id.safeParse(text).success).toBe(false)
})

test('an id is read as one, and words without the space around them', () => {
  expect([id.parse('7'), words.parse('  Polished ')]).toEqual([7, 'Polished'])
  expect(words.safeParse(' ').success || words.safeParse('x'.repeat(1_001)).success).toBe(false)
})
