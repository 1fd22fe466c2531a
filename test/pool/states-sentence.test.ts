import { expect, test } from 'vitest'
import type { Balance } from '#app/kernel/stock-state.ts'
import { statesSentence, stateTotals } from '#app/pool/states-sentence.ts'

const NONE: Balance = {
  available: 0,
  reserved: 0,
  held: 0,
  in_work: 0,
  quality_check: 0,
  damaged: 0,
  safety_stock: 0,
  incoming: 0,
}
const safe = (balance: Partial<Balance>) => ({ id: 1, name: 'Safe', sellable: true, balance: { ...NONE, ...balance } })
const bench = (balance: Partial<Balance>) => ({
  id: 2,
  name: 'Bench',
  sellable: false,
  balance: { ...NONE, ...balance },
})

test.each([
  ['nothing anywhere', [], 'There is no piece of it, at any place.'],
  ['a place with nothing', [safe({})], 'There is no piece of it, at any place.'],
  ['one piece', [safe({ available: 1 })], '1 piece: 1 for sale.'],
  ['two states', [safe({ available: 5, reserved: 1 })], '6 pieces: 5 for sale and 1 reserved for orders.'],
  [
    'two places',
    [safe({ available: 5, held: 1 }), bench({ in_work: 1 })],
    '7 pieces: 5 for sale, 1 on hold for a client and 1 in work.',
  ],
  [
    'free pieces where nothing is sold',
    [safe({ available: 2 }), bench({ available: 1 })],
    '3 pieces: 2 for sale and 1 at places that do not sell.',
  ],
])('%s', (_, stock, sentence) => {
  expect(statesSentence(stock)).toBe(sentence)
})

test('the sentence adds up, whatever lies where', () => {
  const stock = [
    safe({ available: 3, reserved: 2, damaged: 1, safety_stock: 4 }),
    bench({ available: 5, quality_check: 1, incoming: 7 }),
  ]
  const [total = 0, ...parts] = (statesSentence(stock).match(/\d+/g) ?? []).map(Number)
  expect(total).toBe(23)
  expect(parts.reduce((sum, n) => sum + n, 0)).toBe(total)
  expect(stateTotals(stock).resting).toBe(5)
})
