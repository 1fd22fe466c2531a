import { describe, expect, it } from 'vitest'
import { type Difference, isState, movesFor } from '#app/pool/difference.ts'
import type { End, Move } from '#app/pool/movement.ts'

const PLACES = [1, 2]
const STATES = ['available', 'held'] as const
const SPOTS = PLACES.flatMap((locationId) => STATES.map((state) => ({ locationId, state })))
type Spot = (typeof SPOTS)[number]

const nameOf = (end: End) => ('locationId' in end ? `${end.locationId}/${end.state}` : end.outside)
const stock = (counts: number[]) => new Map(SPOTS.map((spot, i) => [nameOf(spot), counts[i] ?? 0]))

function* worlds(most: number, spots: number): Generator<number[]> {
  if (spots === 0) return yield []
  for (const rest of worlds(most, spots - 1)) for (let n = 0; n <= most; n += 1) yield [...rest, n]
}

const differencesOf = (ours: number[], theirs: number[]): Difference[] =>
  SPOTS.flatMap((spot: Spot, i) => {
    const quantity = (theirs[i] ?? 0) - (ours[i] ?? 0)
    return quantity === 0 ? [] : [{ itemId: 7, ...spot, quantity }]
  })

function applied(counts: number[], moves: Move[]): Map<string, number> {
  const now = stock(counts)
  for (const { from, to, quantity } of moves) {
    for (const [end, n] of [
      [from, -quantity],
      [to, quantity],
    ] as const) {
      if ('locationId' in end) now.set(nameOf(end), (now.get(nameOf(end)) ?? 0) + n)
    }
  }
  return now
}

describe('the movements that explain a difference', () => {
  it('turn our numbers into theirs, in every small world, and bring in or lose no more than they must', () => {
    for (const ours of worlds(2, SPOTS.length)) {
      for (const theirs of worlds(2, SPOTS.length)) {
        const moves = movesFor(differencesOf(ours, theirs))
        expect(applied(ours, moves)).toEqual(stock(theirs))
        const outside = moves.reduce(
          (sum, { from, to, quantity }) => sum + ('outside' in from || 'outside' in to ? quantity : 0),
          0,
        )
        const sum = (counts: number[]) => counts.reduce((a, b) => a + b, 0)
        expect(outside).toBe(Math.abs(sum(theirs) - sum(ours)))
      }
    }
  })
  it('take nothing from where it is not, so that a balance never falls below zero', () => {
    for (const ours of worlds(2, SPOTS.length)) {
      const moves = movesFor(differencesOf(ours, [1, 0, 0, 1]))
      const taken = new Map<string, number>()
      for (const { from, quantity } of moves) taken.set(nameOf(from), (taken.get(nameOf(from)) ?? 0) + quantity)
      for (const [spot, n] of taken)
        if (spot !== 'correction') expect(n).toBeLessThanOrEqual(stock(ours).get(spot) ?? 0)
    }
  })
  it('prefer a change of state at one place, then a way between two places in one state', () => {
    const moves = movesFor([
      { itemId: 7, locationId: 1, state: 'available', quantity: -2 },
      { itemId: 7, locationId: 2, state: 'available', quantity: 1 },
      { itemId: 7, locationId: 1, state: 'held', quantity: 1 },
    ])
    expect(moves.map(({ from, to, quantity }) => `${quantity} ${nameOf(from)} > ${nameOf(to)}`)).toEqual([
      '1 1/available > 1/held',
      '1 1/available > 2/available',
    ])
  })
  it('never explain one item by another', () => {
    const moves = movesFor([
      { itemId: 7, locationId: 1, state: 'available', quantity: -1 },
      { itemId: 8, locationId: 1, state: 'available', quantity: 1 },
    ])
    expect(moves.map(({ itemId, from, to }) => `${itemId} ${nameOf(from)} > ${nameOf(to)}`)).toEqual([
      '7 1/available > correction',
      '8 correction > 1/available',
    ])
  })
  it('are none where nothing differs', () => {
    expect(movesFor([])).toEqual([])
  })
})

describe('a state', () => {
  it.each([
    ['available', true],
    ['in_work', true],
    ['correction', false],
    ['on_hand', false],
  ])('%s: %s', (word, known) => {
    expect(isState(word)).toBe(known)
  })
})
