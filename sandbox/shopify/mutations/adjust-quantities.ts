import type { GraphQLResolveInfo } from 'graphql'
import type { Context } from '../context.ts'
import { atMost250, keyOf, mustCompare, once, type Issue, type Outcome } from '../idempotency.ts'
import { acting } from '../news.ts'
import type { Store } from '../store.ts'
import { adjust, type Effect } from './adjustment.ts'
import * as rules from './inventory-rules.ts'
import { payload } from './payload.ts'

type Change = rules.Target & { delta: number; changeFromQuantity: number | null; ledgerDocumentUri?: string | null }
export type AdjustInput = { name: string; reason: string; referenceDocumentUri?: string | null; changes: Change[] }

export const MOST = 2_000_000_000
export const STALE = 'The changeFromQuantity argument no longer matches the persisted quantity.'

/** `inventoryAdjustQuantities`: adds to one state. Adding to a state other than incoming adds to on_hand too. */
export function adjustQuantities({ input }: { input: AdjustInput }, { store }: Context, info: GraphQLResolveInfo) {
  const call = { key: keyOf(info), name: info.fieldName, args: input }
  mustCompare(input.changes, 'InventoryChangeInput')
  atMost250(input.changes)
  return payload(once(store, call, () => run(store, input)))
}

function run(store: Store, input: AdjustInput): Outcome {
  const { name } = input
  const issues = issuesOf(store, input)
  if (issues.length > 0 || !rules.isWritable(name)) return { group: null, issues }
  const effects = input.changes.map(({ inventoryItemId, locationId, delta, ledgerDocumentUri }): Effect => ({
    itemId: inventoryItemId,
    locationId,
    name,
    delta,
    ledgerDocumentUri: ledgerDocumentUri ?? null,
  }))
  if (belowZero(store, effects)) {
    const message = "The quantities couldn't be adjusted. Try again."
    return { group: null, issues: [{ field: ['input', 'changes'], message, code: 'ADJUST_QUANTITIES_FAILED' }] }
  }
  return { group: acting(store, (news) => adjust(store, { ...input, effects }, news)), issues: [] }
}

function issuesOf(store: Store, { name, reason, referenceDocumentUri, changes }: AdjustInput): Issue[] {
  const issues = [
    ...rules.reasonIssues(reason),
    ...rules.referenceIssues(referenceDocumentUri),
    ...rules.nameIssues(name, ['input', 'name']),
  ]
  if (issues.length > 0) return issues
  changes.forEach((change, i) => {
    const field = ['input', 'changes', String(i)]
    issues.push(...rules.itemIssues(store, change.inventoryItemId, field))
    issues.push(...rules.locationIssues(store, change.locationId, field))
    issues.push(...boundIssues(change.delta, [...field, 'delta']))
    issues.push(...rules.ledgerIssues(name, change.ledgerDocumentUri, field))
  })
  if (issues.length > 0) return issues
  if (new Set(changes.map((change) => change.ledgerDocumentUri ?? null)).size > 1) {
    const message =
      'All changes must have the same ledger document URI or, in the case of adjusting available, no ledger document URI.'
    return [{ field: ['input', 'changes'], message, code: 'MAX_ONE_LEDGER_DOCUMENT' }]
  }
  return changes.flatMap((change, i) =>
    rules.staleIssues(store, { ...change, name, message: STALE }, ['input', 'changes', String(i)]),
  )
}

export function boundIssues(quantity: number, field: string[]): Issue[] {
  if (quantity > MOST)
    return [{ field, message: "The quantity can't be higher than 2,000,000,000.", code: 'INVALID_QUANTITY_TOO_HIGH' }]
  if (quantity < -MOST)
    return [{ field, message: "The quantity can't be lower than -2,000,000,000.", code: 'INVALID_QUANTITY_TOO_LOW' }]
  return []
}

// No capture shows a state other than available below zero; an app that tries has lost count, and is told.
export function belowZero(store: Store, effects: Effect[]): boolean {
  const sums = new Map<string, { effect: Effect; delta: number }>()
  for (const effect of effects) {
    if (effect.name === 'available') continue
    const key = `${effect.itemId} ${effect.locationId} ${effect.name}`
    sums.set(key, { effect, delta: (sums.get(key)?.delta ?? 0) + effect.delta })
  }
  return [...sums.values()].some(({ effect, delta }) => {
    const { itemId: inventoryItemId, locationId, name } = effect
    return delta < 0 && rules.shownAt(store, { inventoryItemId, locationId, name }) + delta < 0
  })
}
