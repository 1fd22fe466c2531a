import { describe, expect, test } from 'vitest'
import type { SetQuantity } from '#app/channels/connector.ts'
import { tradingItem } from '#app/channels/ebay/wire-trading.ts'
import { chunksOf, planUnit, type Target } from '#app/channels/ebay/writes.ts'
import { present } from '#app/kernel/assert.ts'
import { readXml } from '#app/kernel/xml.ts'

const change = (listingId: number, quantity: number, expected: number | null): SetQuantity => ({
  listingId,
  ref: { externalId: '110', variantId: `Size:${listingId}` },
  quantity,
  expected,
})

const target = (shown: number, rest: Partial<Target> = {}): Target => ({
  manner: 'inventory',
  sku: 'S',
  offerId: '8',
  shown,
  ...rest,
})

const plan = (pairs: [SetQuantity, Target | null][], used = 0) => {
  const targets = new Map(pairs.map(([one, seen]) => [one.listingId, seen]))
  const knowledge = { targetOf: ({ listingId }: SetQuantity) => targets.get(listingId) ?? null, revisedOf: () => used }
  const { outcomes, writes } = planUnit(
    pairs.map(([one]) => one),
    knowledge,
  )
  return {
    outcomes: outcomes.map(({ listingId, outcome }) => [listingId, outcome]),
    writes: writes.map(({ change }) => change.listingId),
  }
}

describe('what is to be done about a listing', () => {
  test('everything that shows what was expected is written', () => {
    expect(
      plan([
        [change(1, 2, 5), target(5)],
        [change(2, 0, 1), target(1)],
      ]),
    ).toEqual({ outcomes: [], writes: [1, 2] })
  })

  test('a surprise at one variation stops the others, for a sale may be on its way of each', () => {
    const planned = plan([
      [change(1, 2, 5), target(5)],
      [change(2, 0, 1), target(0)],
    ])
    expect(planned).toEqual({
      outcomes: [
        [1, 'changed'],
        [2, 'changed'],
      ],
      writes: [],
    })
  })

  test('what was never seen surprises nobody', () => {
    expect(plan([[change(1, 2, null), target(5)]])).toEqual({ outcomes: [], writes: [1] })
  })

  test('a variation that is gone is dead, and the others are written', () => {
    expect(
      plan([
        [change(1, 2, 5), target(5)],
        [change(2, 1, 3), null],
      ]),
    ).toEqual({ outcomes: [[2, 'rejected']], writes: [1] })
  })

  test('the day’s revisions are counted within one listing too', () => {
    const pairs: [SetQuantity, Target][] = [1, 2, 3].map((id) => [change(id, 9, 5), target(5)])
    expect(plan(pairs, 198)).toEqual({ outcomes: [[3, 'rejected']], writes: [1, 2] })
  })

  test('an auction is never written, whatever is told', () => {
    const auction = target(1, { manner: 'auction' })
    expect(
      plan([
        [change(1, 0, 1), auction],
        [change(2, 4, 1), auction],
      ]),
    ).toEqual({
      outcomes: [
        [1, 'rejected'],
        [2, 'accepted'],
      ],
      writes: [],
    })
  })

  test('those that go to nothing are in the first call', () => {
    const writes = [5, 4, 0, 3, 0].map((quantity, i) => ({ change: change(i, quantity, null), target: target(9) }))
    expect(chunksOf(writes, 2).map((chunk) => chunk.map((one) => one.change.quantity))).toEqual([[0, 0], [5, 4], [3]])
  })
})

describe('a listing as Trading has it', () => {
  const item = (content: string) =>
    tradingItem(present(readXml(`<Item><ItemID>110</ItemID><Title>Ring</Title>${content}</Item>`), 'XML'))
  const selling = (sold: number) =>
    `<SellingStatus><ListingStatus>Active</ListingStatus><QuantitySold>${sold}</QuantitySold></SellingStatus>`

  test.each([
    [5, 0, 5],
    [5, 2, 3],
    [5, 5, 0],
    [5, 9, 0],
  ])('of %i in all and %i sold, %i can be bought', (quantity, sold, available) => {
    expect(item(`<Quantity>${quantity}</Quantity>${selling(sold)}`).variations).toMatchObject([
      { available, sku: '', choices: {} },
    ])
  })

  test('each variation has its own numbers, choices and price', () => {
    const variation = (
      sku: string,
      size: string,
      sold: number,
    ) => `<Variation>${sku}<StartPrice currencyID="USD">12.5</StartPrice>
      <Quantity>4</Quantity><SellingStatus><QuantitySold>${sold}</QuantitySold></SellingStatus>
      <VariationSpecifics><NameValueList><Name>Size</Name><Value>${size}</Value></NameValueList></VariationSpecifics></Variation>`
    const read = item(
      `${selling(1)}<Variations>${variation('<SKU>R6</SKU>', '6', 1)}${variation('', '7', 0)}</Variations>`,
    )
    expect(read.variations).toEqual([
      { sku: 'R6', choices: { Size: '6' }, available: 3, price: '12.5' },
      { sku: '', choices: { Size: '7' }, available: 4, price: '12.5' },
    ])
  })

  test.each([
    ['Chinese', true],
    ['PersonalOffer', true],
    ['FixedPriceItem', false],
    ['StoresFixedPrice', false],
  ])('%s is an auction: %s', (type, auction) => {
    expect(item(`<ListingType>${type}</ListingType>${selling(0)}`).auction).toBe(auction)
  })

  test('one that is completed is not active', () => {
    expect(item('<SellingStatus><ListingStatus>Completed</ListingStatus></SellingStatus>').active).toBe(false)
    expect(item('').active).toBe(false)
  })
})
