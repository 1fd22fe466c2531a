import { isRefusal, refuse, type Refusal } from '#app/kernel/refusal.ts'
import { checkOut } from './checkout.ts'
import { onlineLocations } from './locations.ts'
import { acting, type News } from './news.ts'
import { draftPayload } from './payloads.ts'
import type { DraftOrder, Order } from './rows.ts'
import { levelAt } from './stock.ts'
import { shift } from './stock-change.ts'
import { itemOf, newId, nowOf, type Store } from './store.ts'

/** What is said of a draft; what is left out stays as it is. */
export type DraftSaid = Partial<
  Pick<DraftOrder, 'tags' | 'customAttributes' | 'note' | 'reserveInventoryUntil'> & {
    lines: { variantId: string; quantity: number }[]
  }
>

// Nothing in the API or its documents names the place a draft keeps its pieces aside at: people report that it is the
// shop's default location whatever lies there, and that nothing checks whether it does.
function defaultLocation(store: Store): string | undefined {
  return onlineLocations(store)[0]?.id
}

export function createDraft(store: Store, said: DraftSaid, news: News): DraftOrder {
  const now = nowOf(store)
  const draft: DraftOrder = {
    id: newId(store, 'DraftOrder'),
    name: `#D${store.drafts.size + 1}`,
    status: 'OPEN',
    lines: linesOf(store, said),
    tags: said.tags ?? [],
    customAttributes: said.customAttributes ?? [],
    note: said.note ?? null,
    reserveInventoryUntil: said.reserveInventoryUntil ?? null,
    reserved: [],
    orderId: null,
    completedAt: null,
    createdAt: now,
    updatedAt: now,
  }
  store.drafts.add(draft)
  keepAside(store, draft, news)
  news.add('draft_orders/create', draft.id, () => draftPayload(store, draft))
  return draft
}

const linesOf = (store: Store, { lines = [] }: DraftSaid) =>
  lines.map((line) => ({ id: newId(store, 'DraftOrderLineItem'), ...line }))

/** Shopify rewrites a draft as a whole: what it kept aside is let go, and kept aside anew until the new moment. */
export function updateDraft(
  store: Store,
  { draft, said, news }: { draft: DraftOrder; said: DraftSaid; news: News },
): DraftOrder | Refusal {
  if (draft.status === 'COMPLETED') return refuse('completed', 'This order has been paid')
  letGo(store, draft, news)
  const { lines, ...rest } = said
  Object.assign(draft, rest, lines ? { lines: linesOf(store, said) } : {})
  keepAside(store, draft, news)
  touch(store, draft, news)
  return draft
}

/** What it kept aside is for sale again. The order that a completed one has become stays. */
export function deleteDraft(store: Store, id: string, news: News): Refusal | undefined {
  const draft = store.drafts.get(id)
  if (!draft) return refuse('unknown', 'Draft order does not exist')
  letGo(store, draft, news)
  store.drafts.delete(id)
  news.add('draft_orders/delete', id, () => ({ id: Number(id.split('/').at(-1)) }))
  return undefined
}

/** The draft becomes an order: what it kept aside is committed to that. */
export function completeDraft(store: Store, id: string, news: News): Order | Refusal {
  const draft = store.drafts.get(id)
  if (!draft) return refuse('unknown', 'Draft order does not exist')
  if (draft.status === 'COMPLETED') return refuse('completed', 'This order has been paid')
  const kept = draft.reserved
  letGo(store, draft, news)
  const { tags, customAttributes } = draft
  const cart = { source: 'shopify_draft_order' as const, lines: draft.lines, fromDraft: { tags, customAttributes } }
  const order = checkOut(store, cart, news)
  if (isRefusal(order)) {
    take(store, { draft, shares: kept, news })
    return order
  }
  Object.assign(draft, { status: 'COMPLETED', orderId: order.id, completedAt: nowOf(store) })
  touch(store, draft, news)
  return order
}

function touch(store: Store, draft: DraftOrder, news: News): void {
  store.drafts.touch(draft, nowOf(store))
  news.add('draft_orders/update', draft.id, () => draftPayload(store, draft))
}

function keepAside(store: Store, draft: DraftOrder, news: News): void {
  const { reserveInventoryUntil: until } = draft
  const locationId = defaultLocation(store)
  if (until === null || until <= nowOf(store) || locationId === undefined) return
  const shares = draft.lines.flatMap(({ variantId, quantity }) => {
    const variant = store.variants.get(variantId)
    const item = variant && itemOf(store, variant)
    return item?.tracked ? [{ itemId: item.id, locationId, quantity }] : []
  })
  take(store, { draft, shares, news })
  expireAt(store, draft, until)
}

type Taking = { draft: DraftOrder; shares: DraftOrder['reserved']; news: News }

function take(store: Store, { draft, shares, news }: Taking): void {
  for (const { itemId, locationId, quantity } of shares)
    shift(store, {
      level: levelAt(store, itemId, locationId),
      deltas: { available: -quantity, reserved: quantity },
      news,
    })
  draft.reserved = shares
}

function letGo(store: Store, draft: DraftOrder, news: News): void {
  for (const { itemId, locationId, quantity } of draft.reserved) {
    if (!store.items.get(itemId)) continue
    const level = levelAt(store, itemId, locationId)
    shift(store, { level, deltas: { available: quantity, reserved: -quantity }, news })
  }
  draft.reserved = []
}

// The draft itself stays, and says until when it was.
function expireAt(store: Store, draft: DraftOrder, until: number): void {
  store.env.clock.after(Math.max(0, until - nowOf(store)), () => {
    if (store.drafts.get(draft.id) !== draft || draft.reserveInventoryUntil !== until) return
    if (draft.reserved.length > 0) acting(store, (news) => letGo(store, draft, news))
  })
}

/** Sets the clock for drafts that keep something aside. */
export function awaitExpiries(store: Store): void {
  for (const draft of store.drafts.values()) {
    const { reserveInventoryUntil: until, reserved } = draft
    if (until !== null && reserved.length > 0) expireAt(store, draft, until)
  }
}
