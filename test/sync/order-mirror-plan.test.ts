import { describe, expect, it } from 'vitest'
import type { MadeOrder } from '#app/channels/order-desk.ts'
import type { DifferenceThere } from '#app/sync/compare.ts'
import { echoOf } from '#app/sync/order-mirror-echo.ts'
import { type KnownParcel, type LineThere, planFor } from '#app/sync/order-mirror-plan.ts'

const there = (more: Partial<LineThere> = {}): LineThere => ({
  ...{ line: 'a', quantity: 2, current: 2, shipped: 0, carriedSent: 0 },
  ...more,
})
const made = (sent: number, { current = 2, cancelled = false, parcels = 1 } = {}): MadeOrder => ({
  ...{ externalId: 'o', name: '#1', url: null },
  cancelledAt: cancelled ? new Date(0) : null,
  lines: [{ externalId: 'A', line: 'a', current, sent }],
  fulfilments: Array.from({ length: sent > 0 ? parcels : 0 }, (_, n) => ({
    ...{ externalId: `p${n}`, carrier: null, trackingNumber: null },
    lines: [{ externalId: 'A', quantity: sent / parcels }],
  })),
})
const QUIET = { cancel: false, takeOff: [], fulfil: [], due: [], known: [], givenUpHere: [] }

describe('an order and the one that stands for it', () => {
  const CASES: [string, LineThere, MadeOrder, object, KnownParcel[]?][] = [
    ['are in step', there(), made(0), { allSent: false }],
    [
      'are in step when both are sent',
      there({ shipped: 2, carriedSent: 2 }),
      made(2),
      { known: ['p0'], allSent: true },
    ],
    ['the channel has cancelled', there({ current: 0 }), made(0), { cancel: true, allSent: true }],
    [
      'the channel has cancelled, and it is cancelled',
      there({ current: 0 }),
      made(0, { current: 0, cancelled: true }),
      { allSent: true },
    ],
    [
      'the channel has taken a piece off',
      there({ current: 1 }),
      made(0),
      { takeOff: [{ line: 'a', quantity: 1 }], allSent: false },
    ],
    ['the channel has taken off what was sent here', there({ current: 0 }), made(2), { due: ['p0'], allSent: true }],
    [
      'the channel has sent it',
      there({ shipped: 2 }),
      made(0),
      { fulfil: [{ line: 'a', quantity: 2 }], allSent: false },
    ],
    [
      'the channel has sent one piece',
      there({ shipped: 1 }),
      made(0),
      { fulfil: [{ line: 'a', quantity: 1 }], allSent: false },
    ],
    [
      'the channel had sent it, and the parcel was called back here',
      there({ shipped: 2, carriedSent: 2 }),
      made(0),
      { allSent: false },
    ],
    ['a piece was sent here', there(), made(1), { due: ['p0'], allSent: false }],
    ['all was sent here, in two parcels', there(), made(2, { parcels: 2 }), { due: ['p0', 'p1'], allSent: true }],
    ['it was told before', there(), made(2), { allSent: true }, [{ externalId: 'p0', state: 'told' }]],
    [
      'a piece was given up here',
      there(),
      made(0, { current: 1 }),
      { givenUpHere: [{ line: 'a', quantity: 1 }], allSent: false },
    ],
    [
      'it was cancelled here',
      there(),
      made(0, { current: 0, cancelled: true }),
      { givenUpHere: [{ line: 'a', quantity: 2 }], allSent: false },
    ],
    [
      'a line was taken off here by an edit',
      there({ line: 'z' }),
      made(0),
      { givenUpHere: [{ line: 'z', quantity: 2 }], allSent: false },
    ],
  ]
  it.each(CASES)('%s', (_, line, order, expected, parcels = []) => {
    expect(planFor([line], order, parcels)).toEqual({ ...QUIET, ...expected })
  })
})

describe('what a store did to its numbers for pieces that left a made order', () => {
  const at = (place: string, more: Partial<DifferenceThere>): DifferenceThere => ({
    place,
    own: 0,
    available: 0,
    held: 0,
    ...more,
  })
  const none = { repairs: [], offsets: [], used: 0 }
  const CASES: [string, DifferenceThere[], { sent: number; back: number }, object][] = [
    ['is nothing', [at('s', {})], { sent: 1, back: 0 }, none],
    [
      'took it from what is for sale',
      [at('s', { available: -1 })],
      { sent: 1, back: 0 },
      { repairs: [{ place: 's', available: 1, held: 0 }], offsets: [], used: 1 },
    ],
    [
      'took it from what is set aside',
      [at('s', { held: -1 })],
      { sent: 1, back: 0 },
      { repairs: [{ place: 's', available: 0, held: 1 }], offsets: [], used: 1 },
    ],
    [
      'took it from committed pieces, which cannot be put back',
      [at('s', { own: -1 })],
      { sent: 1, back: 0 },
      { repairs: [{ place: 's', available: 0, held: 1 }], offsets: [{ place: 's', quantity: 1 }], used: 1 },
    ],
    [
      'put it on sale again',
      [at('s', { available: 1 })],
      { sent: 0, back: 1 },
      { repairs: [{ place: 's', available: -1, held: 0 }], offsets: [], used: 1 },
    ],
    ['never puts on sale what was sent', [at('s', { available: 3 })], { sent: 2, back: 0 }, none],
    ['never takes off sale what was taken off the order', [at('s', { available: -3 })], { sent: 0, back: 2 }, none],
    [
      'is no more than has left: the rest a person did',
      [at('s', { available: -5 })],
      { sent: 2, back: 0 },
      { repairs: [{ place: 's', available: 2, held: 0 }], offsets: [], used: 2 },
    ],
    [
      'is no more than has left, over all places',
      [at('s', { available: -1 }), at('w', { available: -2 })],
      { sent: 2, back: 0 },
      {
        repairs: [
          { place: 's', available: 1, held: 0 },
          { place: 'w', available: 1, held: 0 },
        ],
        offsets: [],
        used: 2,
      },
    ],
  ]
  it.each(CASES)('%s', (_, differences, left, expected) => {
    expect(echoOf(differences, left)).toEqual(expected)
  })
})
