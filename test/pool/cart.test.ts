import { describe, expect, it, test } from 'vitest'
import { type CartPiece, cartChanges, cartUntil } from '#app/pool/cart.ts'
import { minutesAfterNoon } from '../support/orders.ts'

const at = (itemId: number, locationId: number, quantity: number): CartPiece => ({ itemId, locationId, quantity })

describe('a cart that changes', () => {
  test.each<[string, CartPiece[], { itemId: number; quantity: number }[], string]>([
    ['takes what is new in it', [], [{ itemId: 1, quantity: 2 }], 'take 2 of 1'],
    ['takes the difference', [at(1, 1, 2)], [{ itemId: 1, quantity: 5 }], 'take 3 of 1'],
    ['gives what is not in it any more', [at(1, 1, 2), at(2, 1, 1)], [{ itemId: 2, quantity: 1 }], 'give 2 of 1 at 1'],
    ['gives from the last place first', [at(1, 1, 2), at(1, 2, 2)], [{ itemId: 1, quantity: 3 }], 'give 1 of 1 at 2'],
    ['gives one and takes another', [at(1, 1, 1)], [{ itemId: 2, quantity: 1 }], 'give 1 of 1 at 1, take 1 of 2'],
    [
      'adds up two lines of an item',
      [],
      [
        { itemId: 1, quantity: 1 },
        { itemId: 1, quantity: 2 },
      ],
      'take 3 of 1',
    ],
    ['does nothing when it is the same', [at(1, 1, 1), at(1, 2, 1)], [{ itemId: 1, quantity: 2 }], ''],
    ['gives all when it is emptied', [at(1, 1, 1), at(1, 2, 1)], [], 'give 1 of 1 at 1, give 1 of 1 at 2'],
  ])('%s', (_, pieces, lines, expected) => {
    const { give, take } = cartChanges(pieces, lines)
    const said = [
      ...give.map(({ itemId, locationId, quantity }) => `give ${quantity} of ${itemId} at ${locationId}`),
      ...take.map(({ itemId, quantity }) => `take ${quantity} of ${itemId}`),
    ]
    expect(said.join(', ')).toBe(expected)
  })

  it('has what its lines say afterwards, in every small case', () => {
    for (let here = 0; here <= 2; here += 1)
      for (let there = 0; there <= 2; there += 1)
        for (let wanted = 0; wanted <= 5; wanted += 1) {
          const pieces = [at(1, 1, here), at(1, 2, there)].filter(({ quantity }) => quantity > 0)
          const { give, take } = cartChanges(pieces, wanted > 0 ? [{ itemId: 1, quantity: wanted }] : [])
          const sum = (of: { quantity: number }[]) => of.reduce((n, { quantity }) => n + quantity, 0)
          expect(here + there - sum(give) + sum(take)).toBe(wanted)
          expect(give.length === 0 || take.length === 0).toBe(true)
        }
  })
})

describe('a cart is kept', () => {
  const policy = { cartMinutes: 15, cartLongestMinutes: 60 }
  const cart = (status: string, until: number, madeAt: number, version = 1) => ({
    status,
    until: minutesAfterNoon(until),
    madeAt: minutesAfterNoon(madeAt),
    version,
  })
  test.each([
    ['from its first call on', cart('given_up', 0, 0, -1), 0, 15, 0],
    ['longer with each call', cart('active', 15, 0), 10, 25, 0],
    ['never longer than the longest', cart('active', 55, 0), 50, 60, 0],
    ['not longer by letting go for a moment', cart('given_up', 40, 0), 50, 60, 0],
    ['anew after it had nothing for long enough', cart('expired', 40, 0), 55, 70, 55],
    ['not anew in the minute after it ran out', cart('expired', 60, 0), 61, 60, 0],
  ])('%s', (_, known, now, until, madeAt) => {
    expect(cartUntil(policy, { cart: known, at: minutesAfterNoon(now) })).toEqual({
      until: minutesAfterNoon(until),
      madeAt: minutesAfterNoon(madeAt),
    })
  })
})
