import type { AsideOutcome, Asides, AsideSeen, MirrorOutcome, SetAside } from '../connector.ts'
import type { AdminApi } from './admin-api.server.ts'
import { HOLD_ATTRIBUTE } from './draft-key.ts'
import { SIZES } from './limits.ts'
import {
  BEFORE_DRAFT,
  CREATE_DRAFT,
  DELETE_DRAFT,
  DRAFTS_BY_ID,
  EXTEND_DRAFT,
  FIND_DRAFTS,
  type WireDraft,
  type WireReserved,
} from './wire-drafts.ts'

/**
 * Draft orders with `reserveInventoryUntil`: Shopify moves their pieces from available to reserved by itself, and back
 * at that moment or when the draft is deleted. It takes no location: where it has taken them is seen afterwards.
 */
export const draftOrders = (api: AdminApi): Asides => ({
  keep: (aside) => keep(api, aside),
  async extend(externalId, until) {
    const variables = { id: externalId, input: { reserveInventoryUntil: until.toISOString() } }
    const told = await api.tell(EXTEND_DRAFT, variables, 'write')
    if ('unanswered' in told) return unknown(told.unanswered)
    return told.data.length === 0 ? ACCEPTED : rejected(told.data)
  },
  end: (aside) => end(api, aside),
  look: (externalIds) => look(api, externalIds),
})

const ACCEPTED: MirrorOutcome = { outcome: 'accepted', reason: null }
const unknown = (reason: string): MirrorOutcome => ({ outcome: 'unknown', reason })
const rejected = (errors: { message: string }[]): MirrorOutcome => ({
  outcome: 'rejected',
  reason: [...new Set(errors.map(({ message }) => message))].join(' ') || 'Shopify did not say why.',
})

const NEWEST = 25
const MAY = 'write_draft_orders'

// What is there from an attempt that had no answer is made anew and then deleted: only of one that is made can it be
// seen where Shopify takes its pieces, and at no moment are they for sale.
async function keep(api: AdminApi, aside: SetAside): Promise<AsideOutcome> {
  const none = (outcome: MirrorOutcome): AsideOutcome => ({ ...outcome, externalId: null })
  const ids = aside.lines.map(({ ref }) => ref.externalId)
  const { scopes, items } = await reservedOf(api, ids)
  if (!scopes.includes(MAY))
    return none(rejected([{ message: 'The app may not make draft orders in this store yet.' }]))
  const lineItems = aside.lines.flatMap(({ ref, quantity }) => {
    const variantId = items.find(({ id }) => id === ref.externalId)?.variants.nodes[0]?.id
    return variantId ? [{ variantId, quantity }] : []
  })
  if (lineItems.length < ids.length) return none(rejected([{ message: 'Shopify has no such variant any more.' }]))
  const known = await find(api, aside.key)
  const completed = known.find(({ status }) => status === 'COMPLETED')
  if (completed) return { ...ACCEPTED, externalId: completed.id }
  const told = await api.tell(CREATE_DRAFT, { input: inputOf(aside, lineItems) }, 'urgent')
  if ('unanswered' in told) return none(unknown(told.unanswered))
  const { id, userErrors } = told.data
  if (id === null) return none(rejected(userErrors))
  const inPlace = isThere(aside, items, (await reservedOf(api, ids)).items)
  const ended = await deleteAll(api, [...known.map((one) => one.id), ...(inPlace ? [] : [id])])
  if (ended.outcome !== 'accepted') return none(ended)
  return inPlace ? { ...ACCEPTED, externalId: id } : none(rejected([ELSEWHERE]))
}

const ELSEWHERE = { message: 'Shopify reserves what is in a draft order at another location than the piece lies.' }

async function reservedOf(api: AdminApi, ids: string[]) {
  return (await api.ask(BEFORE_DRAFT, { ids, levels: SIZES.levels }, 'urgent')).data
}

const inputOf = ({ key, until }: SetAside, lineItems: { variantId: string; quantity: number }[]) => ({
  lineItems,
  reserveInventoryUntil: until.toISOString(),
  tags: [key],
  customAttributes: [{ key: HOLD_ATTRIBUTE, value: key }],
  note: 'On hold in Vitrine',
})

/** Whether at the place asked for as many more are reserved than before. */
function isThere({ lines, externalLocationId }: SetAside, before: WireReserved[], after: WireReserved[]): boolean {
  const reserved = (items: WireReserved[], id: string) =>
    items
      .find((item) => item.id === id)
      ?.inventoryLevels.nodes.find(({ location }) => location.id === externalLocationId)?.quantities[0]?.quantity ?? 0
  return lines.every(({ ref: { externalId }, quantity }) => {
    return reserved(after, externalId) - reserved(before, externalId) >= quantity
  })
}

async function find(api: AdminApi, key: string): Promise<WireDraft[]> {
  const { data } = await api.ask(FIND_DRAFTS, { query: `tag:'${key}'`, newest: NEWEST }, 'urgent')
  const own = data.filter(({ tags }) => tags.includes(key))
  return [...new Map(own.map((draft) => [draft.id, draft])).values()]
}

async function end(api: AdminApi, { key, externalId }: { key: string; externalId: string }): Promise<MirrorOutcome> {
  const found = await find(api, key)
  const named = await byId(api, [externalId])
  const open = [...found, ...named].filter((draft) => draft !== null && draft.status !== 'COMPLETED')
  return deleteAll(api, [...new Set(open.map((draft) => draft?.id ?? ''))])
}

async function deleteAll(api: AdminApi, ids: string[]): Promise<MirrorOutcome> {
  for (const id of ids) {
    const told = await api.tell(DELETE_DRAFT, { input: { id } }, 'write')
    if ('unanswered' in told) return unknown(told.unanswered)
    // Somebody there was first: they deleted it, or made an order of it.
    const [left] = told.data.length > 0 ? await byId(api, [id]) : []
    if (left && left.status !== 'COMPLETED') return rejected(told.data)
  }
  return ACCEPTED
}

const byId = async (api: AdminApi, ids: string[]) => (await api.ask(DRAFTS_BY_ID, { ids }, 'write')).data

async function look(api: AdminApi, externalIds: string[]): Promise<AsideSeen[]> {
  const drafts = await byId(api, externalIds)
  return externalIds.map((externalId, i) => {
    const draft = drafts[i]
    if (!draft) return { externalId, is: 'gone', orderId: null }
    const orderId = draft.status === 'COMPLETED' ? (draft.order?.id ?? null) : null
    return { externalId, is: draft.status === 'COMPLETED' ? 'ordered' : 'open', orderId }
  })
}
