import { describe, expect, it } from 'vitest'
import type { MirrorMove } from '#app/channels/connector.ts'
import { planMirror } from '#app/channels/shopify/plan-mirror.ts'
import { Mistake } from '#app/kernel/assert.ts'
import type { StockState } from '#app/kernel/stock-state.ts'

const RING = { externalId: 'gid://shopify/InventoryItem/1', variantId: '' }
const CHAIN = { externalId: 'gid://shopify/InventoryItem/2', variantId: '' }
const SAFE = 'gid://shopify/Location/1'

const move = (over: Partial<MirrorMove>): MirrorMove => ({
  ref: RING,
  externalLocationId: SAFE,
  quantity: 1,
  from: 'available',
  to: 'reserved',
  ...over,
})

const plan = (moves: MirrorMove[], reason = 'sold') => planMirror({ key: 'k', reason, cause: 'order/2/A 7', moves })

describe('the calls that mirror a change', () => {
  it('name its cause as a document of ours, on every quantity but available, and compare nothing', () => {
    expect(plan([move({ quantity: 3 })])).toEqual([
      {
        label: 'available>reserved/0',
        does: 'move',
        input: {
          reason: 'reservation_created',
          referenceDocumentUri: 'gid://vitrine/order/2/A%207',
          changes: [
            {
              inventoryItemId: RING.externalId,
              quantity: 3,
              from: { locationId: SAFE, name: 'available', changeFromQuantity: null },
              to: {
                locationId: SAFE,
                name: 'reserved',
                changeFromQuantity: null,
                ledgerDocumentUri: 'gid://vitrine/order/2/A%207',
              },
            },
          ],
        },
      },
    ])
  })

  it('add what comes in and take off what goes out', () => {
    const calls = plan([
      move({ from: 'reserved', to: null, quantity: 2 }),
      move({ from: null, to: 'available', quantity: 5 }),
    ])
    expect(calls.map(({ label, does }) => [label, does])).toEqual([
      ['>available/0', 'adjust'],
      ['reserved>/0', 'adjust'],
    ])
    expect(calls.map(({ input }) => input)).toMatchObject([
      { name: 'available', changes: [{ delta: 5, changeFromQuantity: null }] },
      { name: 'reserved', changes: [{ delta: -2, ledgerDocumentUri: 'gid://vitrine/order/2/A%207' }] },
    ])
    expect(calls[0]?.input.changes[0]).not.toHaveProperty('ledgerDocumentUri')
  })

  it('name each thing and place once', () => {
    const [call, ...others] = plan([
      move({ quantity: 1 }),
      move({ ref: CHAIN, quantity: 2 }),
      move({ quantity: 4 }),
      move({ to: 'held', quantity: 8 }),
    ])
    expect(others).toEqual([])
    expect(call?.input.changes).toMatchObject([
      { inventoryItemId: RING.externalId, quantity: 13 },
      { inventoryItemId: CHAIN.externalId, quantity: 2 },
    ])
  })

  it('are the same in whatever order the moves come', () => {
    const moves = [move({}), move({ ref: CHAIN }), move({ from: 'held', to: null }), move({ to: 'damaged' })]
    expect(plan(moves.toReversed())).toEqual(plan(moves))
  })

  it('are none for a change that moves nothing there', () => {
    expect(plan([])).toEqual([])
    expect(plan([move({ from: 'in_work', to: 'quality_check' })])).toEqual([])
  })

  const reasons: [StockState | null, StockState | null, string, string][] = [
    ['available', 'reserved', 'sold', 'reservation_created'],
    ['available', 'held', 'held for a client', 'reservation_created'],
    ['held', 'available', 'hold ran out', 'reservation_deleted'],
    ['held', null, 'held piece moved', 'reservation_updated'],
    [null, 'held', 'held piece moved', 'reservation_updated'],
    ['reserved', 'available', 'cancelled', 'reservation_deleted'],
    ['available', 'damaged', 'dropped', 'damaged'],
    ['damaged', 'available', 'mended', 'damaged'],
    ['available', 'in_work', 'resizing', 'quality_control'],
    ['available', 'safety_stock', 'rule', 'safety_stock'],
    ['incoming', 'available', 'delivered', 'received'],
    ['available', 'incoming', 'odd', 'other'],
    ['reserved', null, 'shipped', 'other'],
    ['available', null, 'lost', 'shrinkage'],
    [null, 'available', 'counted', 'cycle_count_available'],
    [null, 'available', 'came back', 'restock'],
    [null, 'available', 'received', 'received'],
  ]
  it.each(reasons)('from %s to %s ("%s") give the reason %s', (from, to, reason, expected) => {
    expect(plan([move({ from, to })], reason).map(({ input }) => input.reason)).toEqual([expected])
  })

  it('cannot be made for units that come from outside and go there', () => {
    expect(() => plan([move({ from: null, to: null })])).toThrow(Mistake)
  })
})
