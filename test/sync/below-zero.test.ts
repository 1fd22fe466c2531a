import { describe, expect, it } from 'vitest'
import { belowZero } from '#app/sync/below-zero.ts'

const at = (theirs: number, ours: number) => ({ theirs, ours })

describe('what a till sold below zero', () => {
  it.each([
    ['nothing, where all is above', [at(3, 3)], 0, [0], [0]],
    ['what nobody had', [at(-2, 0)], 0, [0], [2]],
    ['what was carried from the other shop', [at(-1, 0), at(1, 0)], 0, [0, 1], [1, 0]],
    ['only as much as was carried', [at(-3, 0), at(2, 1)], 0, [0, 1], [3, 0]],
    ['no more than is missing, though more is shown there', [at(-1, 0), at(9, 2)], 0, [0, 1], [1, 0]],
    ['from several places, the first first', [at(-3, 0), at(2, 0), at(2, 0)], 0, [0, 2, 1], [3, 0, 0]],
    ['what we still owe, as long as we do', [at(-2, 0), at(1, 0)], 2, [0, 0], [0, 0]],
    ['what is more than we owe', [at(-3, 0)], 2, [0], [1]],
    ['and never what is not shown', [at(-2, 0), at(0, -1)], 0, [0, 0], [2, 0]],
  ])('is %s', (_, places, short, carried, below) => {
    expect(belowZero(places, short)).toEqual({ carried, below })
  })

  it('takes in all small worlds no more than it gives, and leaves no place below zero', () => {
    const numbers = [-2, -1, 0, 1, 2]
    for (const a of numbers)
      for (const b of numbers)
        for (const ours of [0, 1, 2])
          for (const short of [0, 1]) {
            const places = [at(a, ours), at(b, 0)]
            const { carried, below } = belowZero(places, short)
            const sum = (all: number[]) => all.reduce((n, one) => n + one, 0)
            expect(sum(carried)).toBeLessThanOrEqual(sum(below))
            expect(sum(below)).toBe(Math.max(0, sum(places.map(({ theirs }) => Math.max(0, -theirs))) - short))
            for (const [i, { theirs }] of places.entries()) {
              expect(carried[i]).toBeLessThanOrEqual(Math.max(0, theirs))
            }
          }
  })
})
