import { describe, expect, test } from 'vitest'
import { benchChoices, NotUnderstood } from '../../bench/choices.ts'
import { median, quantile, rounded } from '../../bench/distribution.ts'

const NAMES = ['pipeline', 'reserve']
const NOTHING = { seconds: undefined, only: undefined, items: undefined, movements: undefined }

describe('What a bench is asked for', () => {
  test.each([
    [['reserve'], { ...NOTHING, name: 'reserve' }],
    [['pipeline', '--seconds', '30'], { ...NOTHING, name: 'pipeline', seconds: 30 }],
    [['--only', 'limited', 'pipeline'], { ...NOTHING, name: 'pipeline', only: 'limited' }],
    [
      ['reserve', '--items', '500', '--movements', '10000000'],
      { ...NOTHING, name: 'reserve', items: 500, movements: 10_000_000 },
    ],
  ])('%j is understood', (args, choices) => {
    expect(benchChoices(args, NAMES)).toEqual(choices)
  })

  test.each([
    [[]],
    [['reserve', 'pipeline']],
    [['toString']],
    [['reserve', '--seconds', '0']],
    [['reserve', '--seconds', '1.5']],
    [['reserve', '--seconds']],
    [['reserve', '--minutes', '1']],
    [['reserve', '--items', '-3']],
    [['reserve', '--movements', '123456789']],
  ])('%j is not', (args) => {
    expect(() => benchChoices(args, NAMES)).toThrow(NotUnderstood)
  })
})

describe('A quantile is a value that was measured, by nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n)
  test.each([
    [hundred, 0.5, 50],
    [hundred, 0.95, 95],
    [hundred, 0.99, 99],
    [hundred, 1, 100],
    [[7], 0.99, 7],
    [[3, 1, 2], 0.5, 2],
    [[1, 2], 0.5, 1],
  ])('of %j at %d it is %d', (values, p, value) => {
    expect(quantile(values, p)).toBe(value)
  })

  test('the median is the one in the middle, and what is reported has few digits', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect([rounded(12.345), rounded(12.345, 1), rounded(0.8254, 3)]).toEqual([12, 12.3, 0.825])
  })
})
