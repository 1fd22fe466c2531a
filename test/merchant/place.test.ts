import { describe, expect, it } from 'vitest'
import { STOCK_STATES } from '#app/kernel/stock-state.ts'
import { guessPlace, NEVER_SELLS, QUANTITY_NAMES, stateThere } from '#app/merchant/place.ts'

describe('what a place is for', () => {
  it.each([
    ['Bench', 'bench', null],
    ['Polishing', 'bench', 'polishing'],
    ['Resizing desk', 'bench', 'resizing'],
    ['Repairs', 'bench', 'repair'],
    ['Photo studio', 'bench', 'photo'],
    ['QC', 'bench', 'quality_check'],
    ['Returns', 'inspection', null],
    ['In transit', 'transit', null],
    ['Hold shelf', 'hold_shelf', null],
    ['Old safe', 'safe', null],
    ['Consignment', 'elsewhere', null],
    ['Benchmark Jewelers', 'elsewhere', null],
  ])('is guessed from its name where it does not sell: %s', (name, kind, work) => {
    expect(guessPlace({ name, sells: false })).toEqual({ kind, work, guessed: true })
  })
  it.each(['Bench', 'Repairs', 'Hold shelf', 'Main Street', 'Returns'])(
    'is a store where it sells, whatever it is called: %s',
    (name) => {
      expect(guessPlace({ name, sells: true })).toEqual({ kind: 'store', work: null, guessed: false })
    },
  )
  it('is never work in progress where it sells', () => {
    for (const name of ['Safe', 'Warehouse bench', 'Bench', 'Vault returns'])
      expect(NEVER_SELLS).not.toContain(guessPlace({ name, sells: true }).kind)
  })
})

describe('the state in which a channel has our pieces', () => {
  it('is their own at a place that is one of the channel’s as a whole', () => {
    for (const state of STOCK_STATES) expect(stateThere('available', state)).toBe(state)
  })
  it('is that of its name at any other, but for what has not arrived', () => {
    const there = QUANTITY_NAMES.slice(1).map((name) => [stateThere(name, 'in_work'), stateThere(name, 'incoming')])
    expect(there).toEqual([
      ['held', 'incoming'],
      ['quality_check', 'incoming'],
      ['damaged', 'incoming'],
      ['safety_stock', 'incoming'],
    ])
  })
})
