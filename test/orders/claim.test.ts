import { describe, expect, it } from 'vitest'
import { because, byClaim, type Claimant } from '#app/orders/claim.ts'
import { minutesAfterNoon } from '../support/orders.ts'

const claimant = (said: Partial<Claimant> = {}): Claimant => ({
  lineId: 1,
  accountId: 1,
  order: 'a',
  line: '1',
  handedOver: false,
  paidAt: minutesAfterNoon(5),
  placedAt: minutesAfterNoon(0),
  cancelCost: 10,
  ...said,
})

describe('the better claim', () => {
  it.each<[string, Partial<Claimant>, Partial<Claimant>, string]>([
    [
      'is that of whom the piece was handed to, though the other paid first',
      { handedOver: true, paidAt: null },
      {},
      'it has been handed over',
    ],
    [
      'is that of who paid first, though the other ordered first',
      { paidAt: minutesAfterNoon(4), placedAt: minutesAfterNoon(3) },
      {},
      'it was paid first',
    ],
    [
      'is that of who paid, before those who have not',
      { placedAt: minutesAfterNoon(4) },
      { paidAt: null },
      'it was paid first',
    ],
    [
      'is that of who ordered first, when nobody has paid',
      { paidAt: null },
      { paidAt: null, placedAt: minutesAfterNoon(1) },
      'it was placed first',
    ],
    [
      'is that of the channel where cancelling costs more',
      { cancelCost: 20, accountId: 2 },
      {},
      'cancelling there costs you more',
    ],
    ['is that of the channel connected first', {}, { accountId: 2, order: '0' }, 'its channel was connected first'],
    ['is that of the first number', { line: '2' }, { order: 'b' }, 'its number comes first'],
    ['is that of the first line', {}, { line: '2' }, 'its line comes first'],
  ])('%s', (_, better, worse, why) => {
    const [a, b] = [claimant(better), claimant(worse)]
    expect([byClaim(a, b) < 0, byClaim(b, a) > 0]).toEqual([true, true])
    expect(because(a, b)).toBe(why)
  })

  it('is one and the same whoever is looked at first: of all there can be, no two are equal and none goes round', () => {
    const all = [false, true].flatMap((handedOver) =>
      [null, minutesAfterNoon(1), minutesAfterNoon(2)].flatMap((paidAt) =>
        [0, 1].flatMap((placed) =>
          ['a', 'b'].map((order) => claimant({ handedOver, paidAt, placedAt: minutesAfterNoon(placed), order })),
        ),
      ),
    )
    const sorted = all.toSorted(byClaim)
    sorted.forEach((a, i) => sorted.slice(i + 1).forEach((b) => expect(byClaim(a, b)).toBeLessThan(0)))
    expect(byClaim(claimant(), claimant())).toBe(0)
    expect(because(claimant(), claimant())).toBe('it is the same')
  })
})
