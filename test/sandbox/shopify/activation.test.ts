import { describe, expect, test } from 'vitest'
import { openShop } from './open-shop.ts'

describe('stocking an item at a location', () => {
  const ACTIVATE = `mutation($item: ID!, $at: ID!, $available: Int, $onHand: Int, $key: String!) {
    inventoryActivate(inventoryItemId: $item, locationId: $at, available: $available, onHand: $onHand) @idempotent(key: $key) {
      inventoryLevel { isActive quantities(names: ["available", "on_hand"]) { quantity } } userErrors { field message } } }`
  type Activated = {
    inventoryActivate: { inventoryLevel: object | null; userErrors: { field: string[]; message: string }[] }
  }

  async function activate(more: object, location = 'Bench') {
    const { ask, shop } = await openShop()
    const variables = { item: shop.item('R-54').id, at: shop.location(location).id, key: 'k1', ...more }
    return (await ask<Activated>(ACTIVATE, variables)).data.inventoryActivate
  }

  test.each([
    { more: {}, quantities: [0, 0] },
    { more: { available: 3 }, quantities: [3, 3] },
    { more: { onHand: 2 }, quantities: [2, 2] },
  ])('with $more', async ({ more, quantities }) => {
    expect(await activate(more)).toEqual({
      inventoryLevel: { isActive: true, quantities: quantities.map((quantity) => ({ quantity })) },
      userErrors: [],
    })
  })

  test('where it is stocked already keeps its quantities, and takes no new ones', async () => {
    expect(await activate({}, 'Safe')).toMatchObject({
      inventoryLevel: { quantities: [{ quantity: 5 }, { quantity: 5 }] },
    })
    expect(await activate({ available: 1 }, 'Safe')).toEqual({
      inventoryLevel: null,
      userErrors: [
        {
          field: ['available'],
          message: 'Not allowed to set available quantity when the item is already active at the location.',
        },
      ],
    })
  })

  test('with both quantities is refused on each', async () => {
    const { userErrors } = await activate({ available: 1, onHand: 1 })
    expect(userErrors.map(({ field }) => field)).toEqual([['available'], ['onHand']])
  })
})
