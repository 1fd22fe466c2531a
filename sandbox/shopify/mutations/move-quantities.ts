import type { GraphQLResolveInfo } from 'graphql'
import type { Context } from '../context.ts'
import { atMost250, keyOf, mustCompare, once, type Issue, type Outcome } from '../idempotency.ts'
import { acting } from '../news.ts'
import type { KeptName } from '../rows.ts'
import type { Store } from '../store.ts'
import { adjust, type Effect } from './adjustment.ts'
import { belowZero, boundIssues, STALE } from './adjust-quantities.ts'
import * as rules from './inventory-rules.ts'
import { payload } from './payload.ts'

type Terminal = {
  locationId: string
  name: string
  changeFromQuantity: number | null
  ledgerDocumentUri?: string | null
}
type Change = { inventoryItemId: string; quantity: number; from: Terminal; to: Terminal }
export type MoveInput = { reason: string; referenceDocumentUri: string; changes: Change[] }

/** `inventoryMoveQuantities`: from one state to another at the same location; on_hand stays as it is. */
export function moveQuantities({ input }: { input: MoveInput }, { store }: Context, info: GraphQLResolveInfo) {
  const call = { key: keyOf(info), name: info.fieldName, args: input }
  mustCompare(
    input.changes.flatMap(({ from, to }) => [from, to]),
    'InventoryMoveQuantityTerminalInput',
  )
  atMost250(input.changes)
  return payload(once(store, call, () => run(store, input)))
}

function run(store: Store, input: MoveInput): Outcome {
  const issues = issuesOf(store, input)
  if (issues.length > 0) return { group: null, issues }
  const effects = input.changes.flatMap(({ inventoryItemId: itemId, quantity, from, to }) => [
    effect(itemId, from, -quantity),
    effect(itemId, to, quantity),
  ])
  if (belowZero(store, effects)) {
    const message = "The quantities couldn't be moved. Try again."
    return { group: null, issues: [{ field: ['input', 'changes'], message, code: 'MOVE_QUANTITIES_FAILED' }] }
  }
  return { group: acting(store, (news) => adjust(store, { ...input, effects }, news)), issues: [] }
}

// The names were found good before: only writable ones come here.
const effect = (itemId: string, { locationId, name, ledgerDocumentUri }: Terminal, delta: number): Effect => ({
  itemId,
  locationId,
  name: name as KeptName,
  delta,
  ledgerDocumentUri: ledgerDocumentUri ?? null,
})

function issuesOf(store: Store, { reason, referenceDocumentUri, changes }: MoveInput): Issue[] {
  const issues = [...rules.reasonIssues(reason), ...rules.referenceIssues(referenceDocumentUri)]
  changes.forEach((change, i) => issues.push(...changeIssues(store, change, ['input', 'changes', String(i)])))
  if (issues.length > 0) return issues
  const documents = new Set(
    changes.flatMap(({ from, to }) => [from.ledgerDocumentUri, to.ledgerDocumentUri]).filter(Boolean),
  )
  if (documents.size > 2) {
    const message = 'Only a maximum of 2 ledger document URIs across all changes is allowed.'
    return [{ field: ['input', 'changes'], message, code: 'MAXIMUM_LEDGER_DOCUMENT_URIS' }]
  }
  return changes.flatMap(({ inventoryItemId, from, to }, i) =>
    [{ ...from, end: 'from' } as const, { ...to, end: 'to' } as const].flatMap(({ end, ...terminal }) =>
      rules.staleIssues(store, { ...terminal, inventoryItemId, message: STALE }, ['input', 'changes', String(i), end]),
    ),
  )
}

/** What is wrong with one change in itself; whether it is stale is asked only of changes that are well formed. */
function changeIssues(store: Store, { inventoryItemId, quantity, from, to }: Change, field: string[]): Issue[] {
  const issues = [...rules.itemIssues(store, inventoryItemId, field), ...boundIssues(quantity, [...field, 'quantity'])]
  if (quantity < 0) {
    issues.push({
      field: [...field, 'quantity'],
      message: "The quantity can't be negative.",
      code: 'INVALID_QUANTITY_NEGATIVE',
    })
  }
  for (const [end, terminal] of [
    ['from', from],
    ['to', to],
  ] as const) {
    const at = [...field, end]
    const named = rules.nameIssues(terminal.name, [...at, 'name'])
    issues.push(...named, ...rules.locationIssues(store, terminal.locationId, at))
    if (named.length === 0) issues.push(...rules.ledgerIssues(terminal.name, terminal.ledgerDocumentUri, at))
  }
  if (issues.length > 0) return issues
  if (from.locationId !== to.locationId) {
    return [
      { field, message: "The quantities can't be moved between different locations.", code: 'DIFFERENT_LOCATIONS' },
    ]
  }
  if (from.name === to.name) {
    return [{ field, message: "The quantity names for each change can't be the same.", code: 'SAME_QUANTITY_NAME' }]
  }
  return []
}
