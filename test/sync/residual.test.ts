import { describe, expect, it } from 'vitest'
import type { StockedThing } from '#app/channels/connector.ts'
import { STOCK_STATES, type Balance } from '#app/kernel/stock-state.ts'
import type { QuantityName } from '#app/merchant/place.ts'
import { compare, type Ours } from '#app/sync/compare.ts'
import { NOON } from '../support/shop-rows.ts'

type Theirs = { available?: number; committed?: number; held?: number; damaged?: number; quality_check?: number }
type Mine = Partial<Balance> & { elsewhere?: number; onHold?: number; unseen?: number; untold?: Partial<Balance> }

// The safe has two benches beside it that stand under a name of it there.
const whole = (locationId: number) => ({ locationId, name: 'available' as const })
const named = (locationId: number, name: QuantityName) => ({ locationId, name })
const PLACES = new Map([
  ['safe', { settling: false, places: [whole(1), named(3, 'quality_control'), named(4, 'quality_control')] }],
  ['window', { settling: false, places: [whole(2), named(5, 'reserved')] }],
])
const NOTHING: Balance = Object.fromEntries(STOCK_STATES.map((state) => [state, 0])) as Balance

const thing = (levels: Record<string, Theirs>): StockedThing => ({
  ref: { externalId: 'ring', variantId: '' },
  sku: 'R',
  title: 'Ring',
  attributes: {},
  status: 'active',
  shown: 0,
  priceMinor: null,
  currency: null,
  url: null,
  variant: '',
  tracked: true,
  continueSelling: false,
  bundleParent: false,
  archived: false,
  oneOfOne: false,
  levels: Object.entries(levels).map(([externalLocationId, { committed = 0, ...quantities }]) => ({
    externalLocationId,
    quantities: { ...quantities, reserved: committed },
    updatedAt: NOON,
  })),
})

const ours = (levels: Record<number, Mine>, more: Partial<Ours> = {}): Ours => ({
  itemId: 7,
  ref: 'ring/',
  unanswered: false,
  short: 0,
  levels: Object.entries(levels).map(
    ([locationId, { elsewhere = 0, onHold = 0, unseen = 0, untold = {}, ...balance }]) => ({
      ...NOTHING,
      ...balance,
      locationId: Number(locationId),
      elsewhere,
      onHold,
      unseen,
      untold,
    }),
  ),
  ...more,
})

const said = (theirs: Record<string, Theirs>, mine: Ours, patient = false) =>
  compare(thing(theirs), mine, { places: PLACES, patient })?.map(
    ({ locationId, state, quantity }) => `${locationId} ${state} ${quantity}`,
  )

describe('what Shopify shows beyond our books', () => {
  it.each<[string, Record<string, Theirs>, Ours, string[]]>([
    [
      'nothing, where both are the same',
      { safe: { available: 3, committed: 1, held: 2, damaged: 1 } },
      ours({ 1: { available: 3, reserved: 3, elsewhere: 2, damaged: 1 } }),
      [],
    ],
    ['a count', { safe: { available: 4 } }, ours({ 1: { available: 3 } }), ['1 available 1']],
    [
      'stock at a place where we had none',
      { safe: { available: 3 }, window: { available: 2 } },
      ours({ 1: { available: 3 } }),
      ['2 available 2'],
    ],
    [
      'not what lies at a place nobody mapped',
      { safe: { available: 3 }, fair: { available: 9 } },
      ours({ 1: { available: 3 } }),
      [],
    ],
    [
      'not a sale elsewhere that it has not been told of',
      { safe: { available: 3 } },
      ours({ 1: { available: 2, reserved: 1, elsewhere: 1, untold: { available: -1, reserved: 1 } } }),
      [],
    ],
    [
      'an edit beside a sale that it has not been told of',
      { safe: { available: 5 } },
      ours({ 1: { available: 2, reserved: 1, elsewhere: 1, untold: { available: -1, reserved: 1 } } }),
      ['1 available 2'],
    ],
    [
      'a piece set aside there beside those of our orders',
      { safe: { available: 2, held: 2 } },
      ours({ 1: { available: 3, reserved: 1, elsewhere: 1 } }),
      ['1 available -1', '1 held 1'],
    ],
    [
      'not what is on hold for a client here, and set aside there',
      { safe: { available: 2, held: 1 } },
      ours({ 1: { available: 2, held: 1, onHold: 1 } }),
      [],
    ],
    [
      'a piece set aside there beside one that is on hold here',
      { safe: { available: 1, held: 2 } },
      ours({ 1: { available: 2, held: 1, onHold: 1 } }),
      ['1 available -1', '1 held 1'],
    ],
    [
      'not a hold that it has not been told of',
      { safe: { available: 3 } },
      ours({ 1: { available: 2, held: 1, onHold: 1, untold: { available: -1, held: 1 } } }),
      [],
    ],
    [
      'a piece put back there that only there was set aside',
      { safe: { available: 3, held: 1 } },
      ours({ 1: { available: 2, held: 2, onHold: 1 } }),
      ['1 available 1', '1 held -1'],
    ],
    [
      'not a number below zero that is the shortfall of its own order',
      { safe: { available: -2, committed: 3 } },
      ours({ 1: { reserved: 1 } }, { short: 2 }),
      [],
    ],
    [
      'a delivery for such a shortfall, in part',
      { safe: { available: -1, committed: 3 } },
      ours({ 1: { reserved: 1 } }, { short: 2 }),
      ['1 available 1'],
    ],
    [
      'a delivery for all of it and more',
      { safe: { available: 4, committed: 3 } },
      ours({ 1: { reserved: 1 } }, { short: 2 }),
      ['1 available 6'],
    ],
    [
      'pieces at the benches beside it, whatever their state there',
      { safe: { available: 1, quality_check: 6 } },
      ours({ 1: { available: 1, quality_check: 1 }, 3: { in_work: 2, available: 1 }, 4: { damaged: 2 } }),
      [],
    ],
    [
      'a piece that a person took from a bench to sell it: the place’s own first, then the first bench’s',
      { safe: { available: 4, quality_check: 1 } },
      ours({ 1: { available: 1, quality_check: 1 }, 3: { in_work: 1 }, 4: { in_work: 2 } }),
      ['1 available 3', '1 quality_check -1', '3 in_work -1', '4 in_work -1'],
    ],
    [
      'a piece that a person put into quality check, which is nobody’s bench',
      { safe: { available: 1, quality_check: 3 } },
      ours({ 1: { available: 2 }, 3: { in_work: 2 } }),
      ['1 available -1', '1 quality_check 1'],
    ],
    [
      'not a piece on its way to a bench that it has not been told of',
      { safe: { available: 2 } },
      ours({ 1: { available: 1, untold: { available: -1 } }, 3: { in_work: 1, untold: { in_work: 1 } } }),
      [],
    ],
    [
      'what lies on a shelf that is kept aside there, beside what our orders hold',
      { window: { available: 1, held: 3 } },
      ours({ 2: { available: 1, reserved: 1, elsewhere: 1 }, 5: { held: 1, available: 1 } }),
      [],
    ],
    [
      'what is in work here is in quality check there',
      { safe: { quality_check: 3 } },
      ours({ 1: { in_work: 2, quality_check: 1 } }),
      [],
    ],
  ])('%s', (_, theirs, mine, expected) => {
    expect(said(theirs, mine)).toEqual(expected)
  })
  it.each<[string, Record<string, Theirs>, Ours]>([
    [
      'while an order of its own is on its way to us',
      { safe: { available: 2, committed: 1 } },
      ours({ 1: { available: 3 } }),
    ],
    ['while one that ended is', { safe: { available: 3 } }, ours({ 1: { available: 3, reserved: 1 } })],
    [
      'while a write of ours has no answer',
      { safe: { available: 3 } },
      ours({ 1: { available: 3 } }, { unanswered: true }),
    ],
    [
      'when what we hold for other channels was put back there',
      { safe: { available: 3 } },
      ours({ 1: { available: 2, reserved: 1, elsewhere: 1 } }),
    ],
    [
      'when what is on hold for a client was put back there',
      { safe: { available: 3 } },
      ours({ 1: { available: 2, held: 1, onHold: 1 } }),
    ],
  ])('cannot be said %s', (_, theirs, mine) => {
    expect(said(theirs, mine)).toBeUndefined()
  })
  it('cannot be said while a mapping there is being settled, but by what settles it', () => {
    const places = new Map([['safe', { settling: true, places: [whole(1)] }]])
    const of = thing({ safe: { available: 3 } })
    const mine = ours({ 1: { available: 2 } })
    expect(compare(of, mine, { places, patient: false })).toBeNull()
    expect(compare(of, mine, { places, patient: false, settling: 'safe' })).toHaveLength(1)
  })
  it('is the end of an order we never saw, once nothing else can come', () => {
    const mine = ours({ 1: { available: 3, reserved: 2, unseen: 2 } })
    expect(said({ safe: { available: 3, committed: 1 } }, mine, true)).toBeUndefined()
    expect(said({ safe: { available: 3, committed: 1 } }, mine)).toEqual(['1 reserved -1'])
    expect(said({ safe: { available: 5 } }, mine)).toEqual(['1 available 2', '1 reserved -2'])
  })
  it('is not the end of more orders than we did not see', () => {
    expect(said({ safe: { available: 3 } }, ours({ 1: { available: 3, reserved: 2, unseen: 1 } }))).toBeUndefined()
  })
})
