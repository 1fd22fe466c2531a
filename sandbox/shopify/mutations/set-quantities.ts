import type { GraphQLResolveInfo } from 'graphql'
import type { Context } from '../context.ts'
import { atMost250, keyOf, mustCompare, once, type Issue, type Outcome } from '../idempotency.ts'
import { acting } from '../news.ts'
import type { Store } from '../store.ts'
import { adjust } from './adjustment.ts'
import {
  itemIssues,
  locationIssues,
  reasonIssues,
  referenceIssues,
  shownAt,
  staleIssues,
  type Target,
} from './inventory-rules.ts'
import { payload } from './payload.ts'

type Quantity = Target & { quantity: number; changeFromQuantity: number | null }
export type SetInput = { name: string; reason: string; referenceDocumentUri?: string | null; quantities: Quantity[] }

const MOST = 1_000_000_000
const STALE = 'The changeFromQuantity value does not match persisted value.'

/** `inventorySetQuantities`: states `available` or `on_hand` outright; the other states stay as they are. */
export function setQuantities({ input }: { input: SetInput }, { store }: Context, info: GraphQLResolveInfo) {
  const call = { key: keyOf(info), name: info.fieldName, args: input }
  mustCompare(input.quantities, 'InventoryQuantityInput')
  atMost250(input.quantities)
  return payload(once(store, call, () => run(store, input)))
}

function run(store: Store, input: SetInput): Outcome {
  const issues = issuesOf(store, input)
  if (issues.length > 0) return { group: null, issues }
  // Setting on_hand moves `available`, the only part of the sum that is free.
  const effects = input.quantities.map(({ inventoryItemId, locationId, quantity }) => ({
    itemId: inventoryItemId,
    locationId,
    name: 'available' as const,
    delta: quantity - shownAt(store, { inventoryItemId, locationId, name: input.name }),
    ledgerDocumentUri: null,
  }))
  return { group: acting(store, (news) => adjust(store, { ...input, effects }, news)), issues: [] }
}

function issuesOf(store: Store, input: SetInput): Issue[] {
  const { name, reason, referenceDocumentUri, quantities } = input
  const issues = [...reasonIssues(reason), ...referenceIssues(referenceDocumentUri)]
  if (name !== 'available' && name !== 'on_hand') {
    const message = "The quantity name must be either 'available' or 'on_hand'."
    issues.push({ field: ['input', 'name'], message, code: 'INVALID_NAME' })
  }
  issues.push(...duplicateIssues(quantities))
  quantities.forEach((entry, i) => {
    const field = ['input', 'quantities', String(i)]
    issues.push(...itemIssues(store, entry.inventoryItemId, field), ...locationIssues(store, entry.locationId, field))
    issues.push(...boundIssues(entry.quantity, name, [...field, 'quantity']))
  })
  if (issues.length > 0) return issues
  return quantities.flatMap((entry, i) =>
    staleIssues(store, { ...entry, name, message: STALE }, ['input', 'quantities', String(i)]),
  )
}

function duplicateIssues(quantities: Quantity[]): Issue[] {
  const times = new Map<string, number>()
  const key = ({ inventoryItemId, locationId }: Quantity) => `${inventoryItemId} ${locationId}`
  for (const entry of quantities) times.set(key(entry), (times.get(key(entry)) ?? 0) + 1)
  return quantities.flatMap((entry, i): Issue[] => {
    if (times.get(key(entry)) === 1) return []
    const message = 'The combination of inventoryItemId and locationId must be unique.'
    const code = 'NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR'
    return [{ field: ['input', 'quantities', String(i), 'locationId'], message, code }]
  })
}

function boundIssues(quantity: number, name: string, field: string[]): Issue[] {
  if (quantity > MOST)
    return [{ field, message: "The quantity can't be higher than 1,000,000,000.", code: 'INVALID_QUANTITY_TOO_HIGH' }]
  if (quantity < -MOST)
    return [{ field, message: "The quantity can't be lower than -1,000,000,000.", code: 'INVALID_QUANTITY_TOO_LOW' }]
  if (name === 'on_hand' && quantity < 0)
    return [{ field, message: "The quantity can't be negative.", code: 'INVALID_QUANTITY_NEGATIVE' }]
  return []
}
