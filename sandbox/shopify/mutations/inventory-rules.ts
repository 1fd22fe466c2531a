import type { Issue } from '../idempotency.ts'
import { levelOf, type Store } from '../store.ts'
import { quantity } from '../stock.ts'

/** Rules and wording as a real store answered them (2026-04), copied exactly. */

const REASONS = [
  'correction',
  'cycle_count_available',
  'damaged',
  'movement_canceled',
  'movement_created',
  'movement_received',
  'movement_updated',
  'other',
  'promotion',
  'quality_control',
  'received',
  'reservation_created',
  'reservation_deleted',
  'reservation_updated',
  'restock',
  'safety_stock',
  'shrinkage',
]

export const WRITABLE_NAMES = [
  'available',
  'damaged',
  'incoming',
  'quality_control',
  'reserved',
  'safety_stock',
] as const
export type WritableName = (typeof WRITABLE_NAMES)[number]

export const isWritable = (name: string): name is WritableName => (WRITABLE_NAMES as readonly string[]).includes(name)

export function reasonIssues(reason: string): Issue[] {
  if (REASONS.includes(reason)) return []
  const message = `The specified reason is invalid. Valid values are: ${REASONS.join(', ')}.`
  return [{ field: ['input', 'reason'], message, code: 'INVALID_REASON' }]
}

export function nameIssues(name: string, field: string[]): Issue[] {
  if (isWritable(name)) return []
  const message = `The specified quantity name is invalid. Valid values are: ${WRITABLE_NAMES.join(', ')}.`
  return [{ field, message, code: 'INVALID_QUANTITY_NAME' }]
}

const URI = /^[a-z][a-z0-9+.-]*:\/\/\S+$/i

export function referenceIssues(uri: string | null | undefined): Issue[] {
  if (uri === null || uri === undefined || URI.test(uri)) return []
  const message = 'The specified reference document is invalid.'
  return [{ field: ['input', 'referenceDocumentUri'], message, code: 'INVALID_REFERENCE_DOCUMENT' }]
}

export type Target = { inventoryItemId: string; locationId: string }

export function itemIssues(store: Store, inventoryItemId: string, field: string[]): Issue[] {
  const item = store.items.get(inventoryItemId)
  const at = [...field, 'inventoryItemId']
  if (!item)
    return [{ field: at, message: 'The specified inventory item could not be found.', code: 'INVALID_INVENTORY_ITEM' }]
  if (!store.variants.get(item.variantId)?.requiresComponents) return []
  const message = 'The specified inventory item is not allowed to be adjusted via API.'
  return [{ field: at, message, code: 'NON_MUTABLE_INVENTORY_ITEM' }]
}

export function locationIssues(store: Store, locationId: string, field: string[]): Issue[] {
  if (store.locations.get(locationId)) return []
  const at = [...field, 'locationId']
  return [{ field: at, message: 'The specified location could not be found.', code: 'INVALID_LOCATION' }]
}

/** `available` must have no ledger document, everything else must have one, and never one of Shopify's own. */
export function ledgerIssues(name: string, uri: string | null | undefined, field: string[]): Issue[] {
  const issue = (message: string, code: string) => [{ field: [...field, 'ledgerDocumentUri'], message, code }]
  if (name === 'available') {
    if (!uri) return []
    return issue('A ledger document URI is not allowed when adjusting available.', 'INVALID_AVAILABLE_DOCUMENT')
  }
  if (!uri)
    return issue('A ledger document URI is required except when adjusting available.', 'INVALID_QUANTITY_DOCUMENT')
  if (uri.startsWith('gid://shopify/')) {
    return issue(
      'Internal (gid://shopify/) ledger documents are not allowed to be adjusted via API.',
      'INTERNAL_LEDGER_DOCUMENT',
    )
  }
  return URI.test(uri) ? [] : issue('The specified ledger document is invalid.', 'INVALID_LEDGER_DOCUMENT')
}

export type Compared = Target & { name: string; changeFromQuantity: number | null; message: string }

/** Compare and swap: the quantity the caller saw must still be there. */
export function staleIssues(store: Store, compared: Compared, field: string[]): Issue[] {
  const { changeFromQuantity, message } = compared
  if (changeFromQuantity === null || shownAt(store, compared) === changeFromQuantity) return []
  return [{ field: [...field, 'changeFromQuantity'], message, code: 'CHANGE_FROM_QUANTITY_STALE' }]
}

/** What the item has of a name at the location; 0 where it was never stocked. */
export function shownAt(store: Store, { inventoryItemId, locationId, name }: Target & { name: string }): number {
  const level = levelOf(store, inventoryItemId, locationId)
  return (level && quantity(level, name)) ?? 0
}
