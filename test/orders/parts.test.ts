import { describe, expect, it } from 'vitest'
import { type Part, piecesOf, wholeUnits } from '#app/orders/parts.ts'

/** Every list of so many numbers from `least` to `most`. */
function lists(length: number, least: number, most: number): number[][] {
  if (length === 0) return [[]]
  const numbers = Array.from({ length: most - least + 1 }, (_, i) => least + i)
  return lists(length - 1, least, most).flatMap((rest) => numbers.map((n) => [n, ...rest]))
}

const ITEMS = [1, 2, 3]
// All sets of at most three parts, one or two of each; a single part needed once is a line of its own.
const SETS: Part[][] = [1, 2, 3].flatMap((size) =>
  lists(size, 1, 2).flatMap((needs) =>
    ITEMS.slice(0, 4 - size).map((first) => needs.map((n, i) => ({ itemId: first + i, needs: n }))),
  ),
)

describe('whole sets, in every small world', () => {
  it('are no more than was wanted, no more than there is, and no one set more could be made', () => {
    let worlds = 0
    for (const stock of lists(3, 0, 3)) {
      const free = new Map(stock.map((n, i) => [i + 1, n]))
      for (const first of SETS) {
        for (const second of SETS) {
          for (const [a = 0, b = 0] of lists(2, 0, 2)) {
            worlds += 1
            check(free, [
              { parts: first, quantity: a },
              { parts: second, quantity: b },
            ])
          }
        }
      }
    }
    expect(worlds).toBe(4 ** 3 * SETS.length ** 2 * 9)
  })
  function check(free: Map<number, number>, wanted: { parts: Part[]; quantity: number }[]) {
    const whole = wholeUnits(free, wanted)
    const taken = wanted.map(({ parts }, i) => ({ parts, quantity: whole[i]! }))
    const used = new Map(piecesOf(taken).map(({ itemId, quantity }) => [itemId, quantity]))
    const fits = ITEMS.every((item) => (used.get(item) ?? 0) <= free.get(item)!)
    const inBounds = wanted.every(({ quantity }, i) => whole[i]! >= 0 && whole[i]! <= quantity)
    // What is left is not enough for one more of any line that is short: nobody was sent away who could be served.
    const served = wanted.every(
      ({ parts, quantity }, i) =>
        whole[i] === quantity ||
        parts.some(({ itemId, needs }) => free.get(itemId)! - (used.get(itemId) ?? 0) < needs) ||
        false,
    )
    if (!fits || !inBounds || !served) expect({ free: [...free], wanted, whole }).toBe('a lawful world')
  }
  it('leave the numbers that were handed in as they were', () => {
    const free = new Map([[1, 3]])
    wholeUnits(free, [{ parts: [{ itemId: 1, needs: 1 }], quantity: 2 }])
    expect([...free]).toEqual([[1, 3]])
  })
  it('of a part that nobody ever had are none', () => {
    expect(wholeUnits(new Map(), [{ parts: [{ itemId: 1, needs: 1 }], quantity: 2 }])).toEqual([0])
  })
})

it('what they take is summed per part', () => {
  const pair = [
    { itemId: 1, needs: 1 },
    { itemId: 2, needs: 2 },
  ]
  const lines = [
    { parts: pair, quantity: 2 },
    { parts: [{ itemId: 2, needs: 1 }], quantity: 1 },
    { parts: [{ itemId: 3, needs: 1 }], quantity: 0 },
  ]
  expect(piecesOf(lines)).toEqual([
    { itemId: 1, quantity: 2 },
    { itemId: 2, quantity: 5 },
  ])
})
