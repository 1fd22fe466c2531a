import { isRefusal } from '#app/kernel/refusal.ts'
import type { Context, Mutations } from '../context.ts'
import { notInSandbox } from '../context.ts'
import { completeDraft, createDraft, deleteDraft, type DraftSaid, updateDraft } from '../draft-orders.ts'
import { acting } from '../news.ts'
import type { DraftOrder } from '../rows.ts'
import type { Store } from '../store.ts'

type LineInput = { variantId?: string | null; quantity: number }
type Input = {
  lineItems?: LineInput[] | null
  tags?: string[] | null
  customAttributes?: { key: string; value: string }[] | null
  note?: string | null
  reserveInventoryUntil?: number | string | Date | null
}
type Issue = { field: string[] | null; message: string }

const KNOWN = new Set(['lineItems', 'tags', 'customAttributes', 'note', 'reserveInventoryUntil'])
const MOST_LINES = 499
const MOST_TAG = 40

/** Draft orders as far as they keep stock aside: no prices of their own, no customer, no payment terms. */
export const draftMutations: Mutations = {
  draftOrderCreate: ({ input }: { input: Input }, { store }: Context) => {
    const issues = issuesOf(store, input, { isNew: true })
    if (issues.length > 0) return { draftOrder: null, userErrors: issues }
    return { draftOrder: acting(store, (news) => createDraft(store, saidIn(input), news)), userErrors: [] }
  },
  draftOrderUpdate: ({ id, input }: { id: string; input: Input }, { store }: Context) => {
    const draft = store.drafts.get(id)
    if (!draft) return failed('draftOrder', ['id'], UNKNOWN)
    const issues = issuesOf(store, input, { isNew: false })
    if (issues.length > 0) return { draftOrder: null, userErrors: issues }
    const done = acting(store, (news) => updateDraft(store, { draft, said: saidIn(input), news }))
    return isRefusal(done) ? failed('draftOrder', null, done.sentence) : { draftOrder: done, userErrors: [] }
  },
  draftOrderDelete: ({ input: { id } }: { input: { id: string } }, { store }: Context) => {
    const refused = acting(store, (news) => deleteDraft(store, id, news))
    return refused ? failed('deletedId', ['id'], refused.sentence) : { deletedId: id, userErrors: [] }
  },
  draftOrderComplete: ({ id }: { id: string }, { store }: Context) => {
    const done = acting(store, (news) => completeDraft(store, id, news))
    if (isRefusal(done)) return failed('draftOrder', ['id'], done.sentence)
    return { draftOrder: store.drafts.get(id) ?? null, userErrors: [] }
  },
}

const UNKNOWN = 'Draft order does not exist'

const failed = (name: 'draftOrder' | 'deletedId', field: string[] | null, message: string) => ({
  [name]: null,
  userErrors: [{ field, message }],
})

function issuesOf(store: Store, input: Input, { isNew }: { isNew: boolean }): Issue[] {
  const other = Object.keys(input).find((name) => !KNOWN.has(name))
  if (other) throw notInSandbox(`${other} of a draft order`)
  const issues: Issue[] = []
  const { lineItems, tags } = input
  if (lineItems?.length === 0 || (isNew && !lineItems)) issues.push({ field: null, message: 'Add at least 1 product' })
  if ((lineItems?.length ?? 0) > MOST_LINES)
    issues.push({ field: ['lineItems'], message: `Cannot have more than ${MOST_LINES} line items` })
  lineItems?.forEach(({ variantId, quantity }, i) => {
    const at = ['lineItems', String(i)]
    if (!variantId) throw notInSandbox('a custom line of a draft order')
    if (!store.variants.get(variantId)) issues.push({ field: at, message: 'Product with ID does not exist' })
    if (quantity < 1)
      issues.push({ field: [...at, 'quantity'], message: 'Quantity must be greater than or equal to 1' })
  })
  if (tags?.some((tag) => tag.length > MOST_TAG))
    issues.push({ field: ['tags'], message: `Each tag must be at most ${MOST_TAG} characters` })
  return issues
}

function saidIn({ lineItems, tags, customAttributes, note, reserveInventoryUntil: until }: Input): DraftSaid {
  const lines = lineItems?.map(({ variantId, quantity }) => ({ variantId: variantId ?? '', quantity }))
  const attributes: DraftOrder['customAttributes'] | null | undefined = customAttributes
  return {
    ...(lines && { lines }),
    ...(tags && { tags }),
    ...(attributes && { customAttributes: attributes }),
    ...(note !== undefined && { note }),
    ...(until !== undefined && { reserveInventoryUntil: until === null ? null : new Date(until).getTime() }),
  }
}
