import { describe, expect, it, test } from 'vitest'
import type { MirrorChange, MirrorMove } from '#app/channels/connector.ts'
import { asideOf, type DraftLine, insteadOf, movesNothing } from '#app/sync/draft-line.ts'

const ref = (externalId: string) => ({ externalId, variantId: '' })
const move = (said: Partial<MirrorMove> = {}): MirrorMove => ({
  ref: ref('ring'),
  externalLocationId: 'main',
  quantity: 1,
  from: 'available',
  to: 'held',
  ...said,
})
const change = (...moves: MirrorMove[]): MirrorChange => ({ key: 'k', reason: 'moved', cause: 'hold/1', moves })
const line = (quantity = 1, said: Partial<DraftLine> = {}): DraftLine => ({
  ref: ref('ring'),
  externalLocationId: 'main',
  quantity,
  ...said,
})

describe('what a draft keeps aside', () => {
  it('is the pieces of a hold at one place, summed by thing', () => {
    expect(asideOf(change(move(), move({ quantity: 2 }), move({ ref: ref('chain') })))).toEqual({
      externalLocationId: 'main',
      lines: [
        { ref: ref('ring'), quantity: 3 },
        { ref: ref('chain'), quantity: 1 },
      ],
    })
  })
  test.each<[string, MirrorChange]>([
    ['of two places', change(move(), move({ externalLocationId: 'other' }))],
    ['that are not free', change(move({ from: 'quality_check' }))],
    ['that come from outside', change(move({ from: null }))],
    ['there are none of', change()],
  ])('cannot be pieces %s', (_, given) => {
    expect(asideOf(given)).toBeUndefined()
  })
})

describe('what is told when a draft ends with a change', () => {
  test.each<[string, MirrorMove[], DraftLine[], MirrorMove[]]>([
    ['nothing, where its pieces are for sale again', [move({ from: 'held', to: 'available' })], [line()], []],
    ['that they are gone, where they are sold', [move({ from: 'held', to: null })], [line()], [move({ to: null })]],
    [
      'an order’s reservation',
      [move({ from: 'held', to: 'reserved' })],
      [line()],
      [move({ from: 'available', to: 'reserved' })],
    ],
    [
      'what stays on hold too',
      [move({ from: 'held', to: 'reserved' })],
      [line(3)],
      [move({ from: 'available', to: 'reserved' }), move({ quantity: 2 })],
    ],
    [
      'that they left for another place, and what came there',
      [move({ from: 'held', to: null }), move({ externalLocationId: 'other', from: null, to: 'held' })],
      [line()],
      [move({ to: null }), move({ externalLocationId: 'other', from: null, to: 'held' })],
    ],
    [
      'what stays of the other parts of a set',
      [move({ from: 'held', to: null })],
      [line(), line(2, { ref: ref('chain') })],
      [move({ to: null }), move({ ref: ref('chain'), quantity: 2 })],
    ],
  ])('is %s', (_, moves, lines, expected) => {
    expect(insteadOf(change(...moves), lines)).toEqual(expected)
  })
  it('is the move itself for pieces that the draft never had', () => {
    const elsewhere = move({ externalLocationId: 'other', from: 'held', to: 'available' })
    expect(insteadOf(change(elsewhere), [])).toEqual([elsewhere])
  })
})

test('a held piece that is laid elsewhere within one place there has not moved there', () => {
  expect(movesNothing(change(move({ from: 'held', to: 'held' })))).toBe(true)
  expect(movesNothing(change(move({ from: 'held', to: 'held' }), move()))).toBe(false)
})
