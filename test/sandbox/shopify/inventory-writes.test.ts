import { describe, expect, test } from 'vitest'
import { numbers, openShop } from './open-shop.ts'

type UserError = { field: string[] | null; message: string; code: string }
type Payload = {
  inventoryAdjustmentGroup: { changes: { name: string; delta: number }[] } | null
  userErrors: UserError[]
}

const FIELDS =
  'inventoryAdjustmentGroup { id changes { name delta quantityAfterChange } } userErrors { field message code }'
const mutation = (name: string) => {
  const input = `Inventory${name}QuantitiesInput`
  return `mutation($input: ${input}!, $key: String!) {
    answer: inventory${name}Quantities(input: $input) @idempotent(key: $key) { ${FIELDS} } }`
}

let keys = 0

async function desk(opening?: Parameters<typeof openShop>[0]) {
  const opened = await openShop(opening)
  const { shop, ask } = opened
  const locationId = shop.location('Safe').id
  const inventoryItemId = shop.item('R-54').id
  const write = async (name: 'Set' | 'Adjust' | 'Move', input: object, key = `k${keys++}`) => {
    const { data, errors } = await ask<{ answer: Payload } | undefined>(mutation(name), { input, key })
    return { ...data?.answer, errors }
  }
  const set = (quantities: object[], more: object = {}) =>
    write('Set', { name: 'available', reason: 'correction', quantities: quantities.map(place), ...more })
  const adjust = (changes: object[], more: object = {}) =>
    write('Adjust', { name: 'available', reason: 'correction', changes: changes.map(place), ...more })
  const move = (quantity: number, from: object, to: object, more: object = {}) => {
    const changes = [{ inventoryItemId, quantity, from: end(from), to: end(to) }]
    return write('Move', {
      reason: 'reservation_created',
      referenceDocumentUri: 'gid://vitrine/Order/1',
      changes,
      ...more,
    })
  }
  const place = (more: object) => ({ inventoryItemId, locationId, changeFromQuantity: null, ...more })
  const end = (more: object) => ({ locationId, changeFromQuantity: null, ...more })
  const safe = () => numbers(shop, 'R-54', 'Safe')
  return { ...opened, locationId, inventoryItemId, write, set, adjust, move, safe }
}

const LEDGER = { ledgerDocumentUri: 'gid://vitrine/Hold/1' }

describe('setting a quantity', () => {
  test('changes available and with it what lies there', async () => {
    const { set, safe } = await desk()
    const { inventoryAdjustmentGroup } = await set([{ quantity: 7 }])
    expect(inventoryAdjustmentGroup?.changes).toEqual([
      { name: 'available', delta: 2, quantityAfterChange: null },
      { name: 'on_hand', delta: 2, quantityAfterChange: null },
    ])
    expect(safe()).toEqual({ available: 7 })
  })

  test('of on_hand leaves every other state as it is', async () => {
    const { set, move, safe } = await desk()
    await move(2, { name: 'available' }, { name: 'damaged', ...LEDGER })
    await set([{ quantity: 4 }], { name: 'on_hand' })
    expect(safe()).toEqual({ available: 2, damaged: 2 })
  })

  test('to what it is already answers with no group and no error', async () => {
    const { set } = await desk()
    expect(await set([{ quantity: 5 }])).toMatchObject({ inventoryAdjustmentGroup: null, userErrors: [] })
  })

  test('may take available below zero, but not what lies there', async () => {
    const { set, safe } = await desk()
    await set([{ quantity: -3 }])
    expect(safe()).toEqual({ available: -3 })
    const { userErrors } = await set([{ quantity: -1 }], { name: 'on_hand' })
    expect(userErrors).toEqual([
      {
        field: ['input', 'quantities', '0', 'quantity'],
        message: "The quantity can't be negative.",
        code: 'INVALID_QUANTITY_NEGATIVE',
      },
    ])
  })

  test('at a place it was never stocked stocks it there', async () => {
    const { set, shop } = await desk()
    await set([{ quantity: 2, locationId: shop.location('Window').id }])
    expect(numbers(shop, 'R-54', 'Window')).toEqual({ available: 2 })
  })

  test.each([
    {
      wrong: 'a name that cannot be set',
      quantities: [{ quantity: 1 }],
      more: { name: 'damaged' },
      error: {
        field: ['input', 'name'],
        message: "The quantity name must be either 'available' or 'on_hand'.",
        code: 'INVALID_NAME',
      },
    },
    {
      wrong: 'too many',
      quantities: [{ quantity: 1_000_000_001 }],
      error: {
        field: ['input', 'quantities', '0', 'quantity'],
        message: "The quantity can't be higher than 1,000,000,000.",
        code: 'INVALID_QUANTITY_TOO_HIGH',
      },
    },
    {
      wrong: 'too few',
      quantities: [{ quantity: -1_000_000_001 }],
      error: { message: "The quantity can't be lower than -1,000,000,000.", code: 'INVALID_QUANTITY_TOO_LOW' },
    },
    {
      wrong: 'an unknown location',
      quantities: [{ quantity: 1, locationId: 'gid://shopify/Location/1' }],
      error: {
        field: ['input', 'quantities', '0', 'locationId'],
        message: 'The specified location could not be found.',
        code: 'INVALID_LOCATION',
      },
    },
    {
      wrong: 'a reference that is no address',
      quantities: [{ quantity: 1 }],
      more: { referenceDocumentUri: 'by hand' },
      error: { field: ['input', 'referenceDocumentUri'], code: 'INVALID_REFERENCE_DOCUMENT' },
    },
  ])('with $wrong is refused in Shopify’s words', async ({ quantities, more, error }) => {
    const { set, safe } = await desk()
    const { inventoryAdjustmentGroup, userErrors } = await set(quantities, more)
    expect({ inventoryAdjustmentGroup, userErrors }).toMatchObject({
      inventoryAdjustmentGroup: null,
      userErrors: [error],
    })
    expect(safe()).toEqual({ available: 5 })
  })

  test('twice for the same item and location is refused on each', async () => {
    const { set } = await desk()
    const { userErrors } = await set([{ quantity: 1 }, { quantity: 2 }])
    expect(userErrors?.map(({ field, code }) => [field?.join('.'), code])).toEqual([
      ['input.quantities.0.locationId', 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR'],
      ['input.quantities.1.locationId', 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR'],
    ])
  })
})

describe('adjusting a quantity', () => {
  test.each([
    { name: 'available', more: {}, expected: { available: 7 }, touched: ['available', 'on_hand'] },
    { name: 'reserved', more: LEDGER, expected: { available: 5, reserved: 2 }, touched: ['reserved', 'on_hand'] },
    {
      name: 'quality_control',
      more: LEDGER,
      expected: { available: 5, quality_control: 2 },
      touched: ['quality_control', 'on_hand'],
    },
    { name: 'incoming', more: LEDGER, expected: { available: 5, incoming: 2 }, touched: ['incoming'] },
  ])('adds to $name, and to on_hand unless it is still to come', async ({ name, more, expected, touched }) => {
    const { adjust, safe } = await desk()
    const { inventoryAdjustmentGroup } = await adjust([{ delta: 2, ...more }], { name })
    expect(inventoryAdjustmentGroup?.changes.map((change) => change.name)).toEqual(touched)
    expect(safe()).toEqual(expected)
  })

  test.each(['on_hand', 'committed', 'sold'])('does not know the name %s', async (name) => {
    const { adjust } = await desk()
    const message =
      'The specified quantity name is invalid. Valid values are: available, damaged, incoming, quality_control, reserved, safety_stock.'
    expect((await adjust([{ delta: 1 }], { name })).userErrors).toEqual([
      { field: ['input', 'name'], message, code: 'INVALID_QUANTITY_NAME' },
    ])
  })

  test.each([
    { name: 'available', more: LEDGER, code: 'INVALID_AVAILABLE_DOCUMENT' },
    { name: 'reserved', more: {}, code: 'INVALID_QUANTITY_DOCUMENT' },
    { name: 'reserved', more: { ledgerDocumentUri: 'gid://shopify/Order/1' }, code: 'INTERNAL_LEDGER_DOCUMENT' },
    { name: 'reserved', more: { ledgerDocumentUri: 'by hand' }, code: 'INVALID_LEDGER_DOCUMENT' },
  ])('of $name with $more is $code', async ({ name, more, code }) => {
    const { adjust } = await desk()
    const { userErrors } = await adjust([{ delta: 1, ...more }], { name })
    expect(userErrors).toMatchObject([{ field: ['input', 'changes', '0', 'ledgerDocumentUri'], code }])
  })

  test('takes one ledger document for all its changes', async () => {
    const { adjust, shop } = await desk()
    const other = { ledgerDocumentUri: 'gid://vitrine/Hold/2', locationId: shop.location('Window').id }
    const { userErrors } = await adjust(
      [
        { delta: 1, ...LEDGER },
        { delta: 1, ...other },
      ],
      { name: 'reserved' },
    )
    expect(userErrors).toMatchObject([{ field: ['input', 'changes'], code: 'MAX_ONE_LEDGER_DOCUMENT' }])
  })

  test('never leaves a state below zero that has no debt', async () => {
    const { adjust, safe } = await desk()
    expect((await adjust([{ delta: -1, ...LEDGER }], { name: 'reserved' })).userErrors).toMatchObject([
      { code: 'ADJUST_QUANTITIES_FAILED' },
    ])
    expect(safe()).toEqual({ available: 5 })
  })

  test('names every reason Shopify knows when it does not know one', async () => {
    const { adjust } = await desk()
    const { userErrors } = await adjust([{ delta: 1 }], { reason: 'sold' })
    expect(userErrors?.[0]).toMatchObject({ field: ['input', 'reason'], code: 'INVALID_REASON' })
    expect(userErrors?.[0]?.message).toMatch(
      /^The specified reason is invalid\. Valid values are: correction, .*, shrinkage\.$/,
    )
  })

  test('of a bundle’s parent is refused, its stock being that of its parts', async () => {
    const { adjust, shop } = await desk()
    const { id } = shop.addProduct({
      title: 'Set',
      variants: [{ sku: 'SET', price: '1.00', requiresComponents: true }],
    })
    const inventoryItemId = shop.item(shop.product(id).variantIds[0]!).id
    expect((await adjust([{ delta: 1, inventoryItemId }])).userErrors).toMatchObject([
      { code: 'NON_MUTABLE_INVENTORY_ITEM' },
    ])
  })
})

describe('moving pieces between states', () => {
  test('leaves what lies there as it is', async () => {
    const { move, safe } = await desk()
    const { inventoryAdjustmentGroup } = await move(2, { name: 'available' }, { name: 'reserved', ...LEDGER })
    expect(inventoryAdjustmentGroup?.changes).toMatchObject([
      { name: 'available', delta: -2 },
      { name: 'reserved', delta: 2 },
    ])
    expect(safe()).toEqual({ available: 3, reserved: 2 })
  })

  test('may leave available owing, as a sale elsewhere after the last piece does', async () => {
    const { move, safe } = await desk()
    await move(6, { name: 'available' }, { name: 'reserved', ...LEDGER })
    expect(safe()).toEqual({ available: -1, reserved: 6 })
  })

  test('stays at one place', async () => {
    const { move, shop } = await desk()
    const locationId = shop.location('Window').id
    const { userErrors } = await move(1, { name: 'available' }, { name: 'reserved', ...LEDGER, locationId })
    expect(userErrors).toMatchObject([{ code: 'DIFFERENT_LOCATIONS' }])
  })

  test.each([
    { from: { name: 'available' }, to: { name: 'available' }, quantity: 1, code: 'SAME_QUANTITY_NAME' },
    {
      from: { name: 'available' },
      to: { name: 'reserved', ...LEDGER },
      quantity: -1,
      code: 'INVALID_QUANTITY_NEGATIVE',
    },
    { from: { name: 'available' }, to: { name: 'reserved' }, quantity: 1, code: 'INVALID_QUANTITY_DOCUMENT' },
    { from: { name: 'committed' }, to: { name: 'reserved', ...LEDGER }, quantity: 1, code: 'INVALID_QUANTITY_NAME' },
    { from: { name: 'reserved', ...LEDGER }, to: { name: 'available' }, quantity: 1, code: 'MOVE_QUANTITIES_FAILED' },
    {
      from: { name: 'available' },
      to: { name: 'reserved', ...LEDGER },
      quantity: 2_000_000_001,
      code: 'INVALID_QUANTITY_TOO_HIGH',
    },
  ])('$from.name to $to.name of $quantity: $code', async ({ from, to, quantity, code }) => {
    const { move, safe } = await desk()
    expect((await move(quantity, from, to)).userErrors).toMatchObject([{ code }])
    expect(safe()).toEqual({ available: 5 })
  })

  test('takes at most two ledger documents', async () => {
    const { write, inventoryItemId, locationId } = await desk()
    const changes = [1, 2, 3].map((n) => ({
      inventoryItemId,
      quantity: 1,
      from: { locationId, name: 'available', changeFromQuantity: null },
      to: { locationId, name: 'reserved', changeFromQuantity: null, ledgerDocumentUri: `gid://vitrine/Hold/${n}` },
    }))
    const input = { reason: 'reservation_created', referenceDocumentUri: 'gid://vitrine/Order/1', changes }
    expect((await write('Move', input)).userErrors).toMatchObject([{ code: 'MAXIMUM_LEDGER_DOCUMENT_URIS' }])
  })
})

describe('comparing before writing', () => {
  test('goes through while the quantity is the one that was seen', async () => {
    const { set, adjust, move, safe } = await desk()
    await set([{ quantity: 4, changeFromQuantity: 5 }])
    await adjust([{ delta: 1, changeFromQuantity: 4 }])
    await move(1, { name: 'available', changeFromQuantity: 5 }, { name: 'reserved', changeFromQuantity: 0, ...LEDGER })
    expect(safe()).toEqual({ available: 4, reserved: 1 })
  })

  test('changes nothing when somebody was quicker, not even what was not stale', async () => {
    const { set, shop, safe } = await desk()
    const window = { locationId: shop.location('Window').id, quantity: 1 }
    const { userErrors } = await set([window, { quantity: 1, changeFromQuantity: 4 }])
    expect(userErrors).toEqual([
      {
        field: ['input', 'quantities', '1', 'changeFromQuantity'],
        message: 'The changeFromQuantity value does not match persisted value.',
        code: 'CHANGE_FROM_QUANTITY_STALE',
      },
    ])
    expect(safe()).toEqual({ available: 5 })
    expect(numbers(shop, 'R-54', 'Window')).toEqual({})
  })

  test('of either end of a move counts', async () => {
    const { move } = await desk()
    const { userErrors } = await move(
      1,
      { name: 'available', changeFromQuantity: 9 },
      { name: 'reserved', changeFromQuantity: 1, ...LEDGER },
    )
    expect(userErrors?.map(({ field }) => field?.at(-2))).toEqual(['from', 'to'])
  })

  test.each([
    {
      name: 'Set' as const,
      list: 'quantities',
      entry: { quantity: 1 },
      type: 'InventoryQuantityInput',
      more: { name: 'available' },
    },
    {
      name: 'Adjust' as const,
      list: 'changes',
      entry: { delta: 1 },
      type: 'InventoryChangeInput',
      more: { name: 'available' },
    },
  ])('has to be spoken about: $type without changeFromQuantity', async ({ name, list, entry, type, more }) => {
    const { write, inventoryItemId, locationId } = await desk()
    const { errors } = await write(name, {
      reason: 'correction',
      [list]: [{ inventoryItemId, locationId, ...entry }],
      ...more,
    })
    expect(errors).toMatchObject([
      {
        message: `${type} must include the following argument: changeFromQuantity.`,
        extensions: { code: 'INVALID_FIELD_ARGUMENTS' },
      },
    ])
  })
})

test('more than 250 changes at once are refused', async () => {
  const { adjust, safe } = await desk()
  const { errors } = await adjust(Array.from({ length: 251 }, () => ({ delta: 1 })))
  expect(errors).toMatchObject([
    {
      message: 'The input array size of 251 is greater than the maximum allowed of 250.',
      extensions: { code: 'MAX_INPUT_SIZE_EXCEEDED' },
    },
  ])
  expect(safe()).toEqual({ available: 5 })
})

test('a field Shopify does not know is named, and nothing else is answered', async () => {
  const { ask } = await desk()
  const input = { name: 'available', reason: 'correction', ignoreCompareQuantity: true, quantities: [] }
  const answer = await ask(mutation('Set'), { input, key: 'k' })
  const explanation = 'Field is not defined on InventorySetQuantitiesInput'
  expect(answer).toMatchObject({
    errors: [
      {
        message: `Variable $input of type InventorySetQuantitiesInput! was provided invalid value for ignoreCompareQuantity (${explanation})`,
        extensions: {
          code: 'INVALID_VARIABLE',
          value: input,
          problems: [{ path: ['ignoreCompareQuantity'], explanation }],
        },
      },
    ],
  })
  expect(answer).not.toHaveProperty('data')
})
