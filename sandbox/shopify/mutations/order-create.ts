import { accessDenied } from '../access.ts'
import { addParcels, blankOrder, commit, variantLine } from '../checkout.ts'
import type { Context } from '../context.ts'
import { shownTo } from '../checkout.ts'
import { type News, acting } from '../news.ts'
import { orderPayload } from '../payloads.ts'
import type { Order, OrderLine } from '../rows.ts'
import { addOrder, newId, nowOf, type Store } from '../store.ts'
import { type Behaviour, type LineInput, type OrderInput, wrongWith, type Wrong } from './order-create-rules.ts'

type Arguments = { order: OrderInput; options?: { inventoryBehaviour?: Behaviour } }

const ACCESS = {
  name: 'orderCreate',
  required: {
    scopes: ['write_orders'],
    sentence:
      '`write_orders` access scope. Also: This mutation is only accessible to apps authenticated using offline tokens.',
  },
}

/** `orderCreate`. It has no idempotency key: the same order sent twice is two orders. */
export function createOrder({ order: input, options }: Arguments, { store, caller }: Context) {
  if (caller?.kind === 'online') throw accessDenied(ACCESS)
  const behaviour = options?.inventoryBehaviour ?? 'BYPASS'
  const wrong = wrongWith(store, input) ?? notClaimed(store, input, behaviour)
  if (wrong) return { order: null, userErrors: [wrong] }
  const order = acting(store, (news) => make(store, { input, behaviour, news }))
  return { order, userErrors: [] }
}

function notClaimed(store: Store, { lineItems = [] }: OrderInput, behaviour: Behaviour): Wrong | undefined {
  if (behaviour !== 'DECREMENT_OBEYING_POLICY') return undefined
  const short = lineItems?.some(({ variantId, quantity }) => {
    const variant = store.variants.get(variantId ?? '')
    if (!variant || variant.inventoryPolicy === 'CONTINUE') return false
    return store.items.get(variant.inventoryItemId)?.tracked && shownTo(store, variant, null) < quantity
  })
  return short
    ? { field: ['order', 'lineItems'], message: 'Unable to reserve inventory', code: 'INVENTORY_CLAIM_FAILED' }
    : undefined
}

type Making = { input: OrderInput; behaviour: Behaviour; news: News }

function make(store: Store, { input, behaviour, news }: Making): Order {
  const processedAt = Math.min(Date.parse(input.processedAt ?? '') || nowOf(store), nowOf(store))
  const order: Order = {
    ...blankOrder(store),
    sourceName: input.sourceName ?? store.env.app.apiKey,
    test: input.test ?? false,
    currency: input.currency ?? store.facts.currency,
    buyer: buyerOf(input),
    processedAt,
    made: madeOf(input, behaviour),
  }
  order.lines = (input.lineItems ?? []).map((line) => lineOf(store, line))
  addParcels(store, order, null)
  addOrder(store, order)
  if (behaviour !== 'BYPASS') commit(store, order, news)
  news.add('orders/create', order.id, () => orderPayload(order))
  return order
}

function buyerOf({ customer, email, shippingAddress }: OrderInput): Order['buyer'] {
  const given = customer?.toUpsert
  const parts = given ? [given.firstName, given.lastName] : [shippingAddress?.firstName, shippingAddress?.lastName]
  const name = parts.filter(Boolean).join(' ')
  const address = given?.email ?? email ?? ''
  return name || address ? { name: name || address, email: address } : null
}

function madeOf(input: OrderInput, behaviour: Behaviour): NonNullable<Order['made']> {
  const paid = input.financialStatus ? input.financialStatus === 'PAID' : (input.transactions ?? []).length > 0
  return {
    sourceIdentifier: input.sourceIdentifier ?? null,
    sourceUrl: input.sourceUrl ?? null,
    tags: (input.tags ?? []).toSorted(),
    note: input.note ?? null,
    email: input.email ?? null,
    shippingAddress: input.shippingAddress ?? null,
    shipping: (input.shippingLines ?? []).map(({ title, priceSet }) => ({ title, price: priceSet.shopMoney.amount })),
    taxes: (input.taxLines ?? []).map(({ title, rate, priceSet }) => ({
      title,
      rate,
      price: priceSet?.shopMoney.amount ?? '0.00',
    })),
    taxesIncluded: input.taxesIncluded ?? false,
    discount: input.discountCode?.itemFixedDiscountCode?.amountSet?.shopMoney.amount ?? '0.00',
    paid,
    bypassed: behaviour === 'BYPASS',
  }
}

const UNTOUCHED = { fulfilled: 0, removed: 0, returned: 0, refunded: 0 }

function lineOf(store: Store, input: LineInput): OrderLine {
  const variant = store.variants.get(input.variantId ?? '')
  const attributes = (input.properties ?? []).map(({ name, value }) => ({ key: name, value }))
  const price = input.priceSet?.shopMoney.amount
  if (variant) {
    const line = variantLine(store, { variant, quantity: input.quantity })
    return { ...line, ...(price !== undefined && { unitPrice: price }), attributes }
  }
  return {
    id: newId(store, 'LineItem'),
    kind: 'custom',
    ...{ variantId: null, productId: null, itemId: null, vendor: input.vendor ?? null },
    title: input.title ?? '',
    variantTitle: input.variantTitle ?? null,
    sku: input.sku ?? null,
    unitPrice: price ?? '0.00',
    requiresShipping: input.requiresShipping ?? false,
    attributes,
    quantity: input.quantity,
    ...UNTOUCHED,
  }
}
