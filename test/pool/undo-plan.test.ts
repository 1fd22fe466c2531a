import { describe, expect, it } from 'vitest'
import { type Balance, STOCK_STATES } from '#app/kernel/stock-state.ts'
import type { End, Move } from '#app/pool/movement.ts'
import { isUndoable, planUndo } from '#app/pool/undo-plan.ts'

const [SAFE, BENCH] = [1, 2]
const empty = Object.fromEntries(STOCK_STATES.map((state) => [state, 0])) as Balance
const lies = (itemId: number, locationId: number, balance: Partial<Balance>) => ({
  itemId,
  locationId,
  balance: { ...empty, ...balance },
})
const at = (locationId: number, state: keyof Balance): End => ({ locationId, state })
const move = (itemId: number, quantity: number, [from, to]: [End, End]): Move => ({ itemId, quantity, from, to })
const toTheBench: [End, End] = [at(SAFE, 'available'), at(BENCH, 'in_work')]
const back: [End, End] = [at(BENCH, 'in_work'), at(SAFE, 'available')]

describe('the way back', () => {
  it('is each movement turned round, latest first', () => {
    const moved = [move(7, 2, toTheBench), move(8, 1, [at(SAFE, 'available'), { outside: 'lost' }])]
    expect(planUndo(moved, [lies(7, BENCH, { in_work: 2 })])).toEqual({
      back: [move(8, 1, [{ outside: 'lost' }, at(SAFE, 'available')]), move(7, 2, back)],
      gone: [],
    })
  })
  it('is closed for an item of which a piece is gone, and for that item only', () => {
    const moved = [move(7, 2, toTheBench), move(8, 1, toTheBench)]
    const plan = planUndo(moved, [lies(7, BENCH, { in_work: 1 }), lies(8, BENCH, { in_work: 1 })])
    expect(plan).toEqual({ back: [move(8, 1, back)], gone: [move(7, 2, back)] })
  })
  it('is closed for the whole item when one of its movements cannot go back', () => {
    const moved = [
      move(7, 1, toTheBench),
      move(7, 1, [at(SAFE, 'damaged'), { outside: 'lost' }]),
      move(7, 1, [{ outside: 'found' }, at(SAFE, 'held')]),
    ]
    expect(planUndo(moved, [lies(7, BENCH, { in_work: 1 })]).gone).toHaveLength(3)
  })
  it('is open when pieces only passed through a state', () => {
    const moved = [move(7, 1, toTheBench), move(7, 1, [at(BENCH, 'in_work'), at(BENCH, 'quality_check')])]
    expect(planUndo(moved, [lies(7, BENCH, { quality_check: 1 })]).gone).toEqual([])
    expect(planUndo(moved, [lies(7, BENCH, { in_work: 1 })]).back).toEqual([])
  })
  it('is closed where the item never was', () => {
    expect(planUndo([move(7, 1, toTheBench)], []).back).toEqual([])
  })
})

it.each([
  ['moved', true],
  ['counted', true],
  ['undone', true],
  ['sold', false],
  ['changed there', false],
  ['a reason that nobody knows', false],
])('what was “%s” can be undone: %s', (reason, can) => {
  expect(isUndoable(reason)).toBe(can)
})
