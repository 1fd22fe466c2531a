import type { Store } from '../store.ts'

export type Behaviour = 'BYPASS' | 'DECREMENT_IGNORING_POLICY' | 'DECREMENT_OBEYING_POLICY'

type Money = { shopMoney: { amount: string; currencyCode: string } }
type Address = Record<string, string | null>

export type LineInput = {
  variantId?: string | null
  title?: string | null
  variantTitle?: string | null
  sku?: string | null
  vendor?: string | null
  quantity: number
  requiresShipping?: boolean | null
  priceSet?: Money | null
  properties?: { name: string; value: string }[] | null
}

/** OrderCreateOrderInput, as far as the sandbox reads it. */
export type OrderInput = {
  lineItems?: LineInput[] | null
  currency?: string | null
  customerId?: string | null
  customer?: {
    toUpsert?: { firstName?: string | null; lastName?: string | null; email?: string | null; phone?: string | null }
  } | null
  email?: string | null
  phone?: string | null
  note?: string | null
  shippingAddress?: Address | null
  shippingLines?: { title: string; priceSet: Money }[] | null
  taxLines?: { title: string; rate: string; priceSet?: Money | null }[] | null
  taxesIncluded?: boolean | null
  discountCode?: { itemFixedDiscountCode?: { code: string; amountSet?: Money | null } | null } | null
  transactions?: { amountSet: Money }[] | null
  financialStatus?: string | null
  processedAt?: string | null
  sourceIdentifier?: string | null
  sourceName?: string | null
  sourceUrl?: string | null
  tags?: string[] | null
  test?: boolean | null
}

/** Null as the code where Shopify gives none. */
export type Wrong = { field: string[] | null; message: string; code: string | null }

const invalid = (path: string, message: string): Wrong => ({
  field: ['order', ...path.split('.')],
  message,
  code: 'INVALID',
})

const MINUTE = 60_000

/** What Shopify has against an order that an app wants to make; undefined: nothing. */
export function wrongWith(store: Store, order: OrderInput): Wrong | undefined {
  return (
    tooMany(store) ?? wrongPeople(order) ?? wrongSource(store, order) ?? wrongLines(store, order) ?? wrongMoney(order)
  )
}

// Five orders a minute in a development or trial store (docs: `orderCreate`); how it is said is not documented.
function tooMany({ env, orders }: Store): Wrong | undefined {
  const most = env.switches.ordersPerMinute
  if (most === null) return undefined
  const since = env.clock.now().getTime() - MINUTE
  let made = 0
  for (const { row } of orders.byId(undefined, true)) {
    if (row.createdAt <= since) break
    if (row.made) made += 1
  }
  return made < most ? undefined : { field: null, message: 'Too many attempts. Please try again later.', code: null }
}

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/
const PHONE = /^\+[1-9]\d{6,14}$/

function wrongPeople({ customer, customerId, email, phone, shippingAddress }: OrderInput): Wrong | undefined {
  if (customer && customerId) {
    const message = 'Only one of customerId and customer can be provided'
    return { field: ['order', 'customerId'], message, code: 'REDUNDANT_CUSTOMER_FIELDS' }
  }
  const addresses = [
    ['email', email],
    ['customer.toUpsert.email', customer?.toUpsert?.email],
  ] as const
  for (const [path, one] of addresses) if (one && !EMAIL.test(one)) return invalid(path, `Email ${one} is invalid`)
  const numbers = [
    ['phone', phone],
    ['customer.toUpsert.phone', customer?.toUpsert?.phone],
    ['shippingAddress.phone', shippingAddress?.['phone']],
  ] as const
  for (const [path, one] of numbers) if (one && !PHONE.test(one)) return invalid(path, `Phone ${one} is invalid`)
  return undefined
}

function wrongSource({ env }: Store, { sourceName }: OrderInput): Wrong | undefined {
  if (!sourceName || env.switches.takesSourceName) return undefined
  return invalid('sourceName', 'Source name is not a handle of an order attribution definition of this app')
}

const MOST_LINES = 500

function wrongLines(store: Store, { lineItems }: OrderInput): Wrong | undefined {
  if (!lineItems?.length) return invalid('lineItems', 'Line items must have at least one line item')
  if (lineItems.length > MOST_LINES) return invalid('lineItems', 'Line items cannot be more than 500')
  for (const [n, { variantId, title, priceSet, quantity }] of lineItems.entries()) {
    if (quantity < 1) return invalid(`lineItems.${n}.quantity`, 'Quantity must be greater than 0')
    if (variantId && !store.variants.get(variantId))
      return invalid(`lineItems.${n}.variantId`, 'Product variant does not exist')
    if (!variantId && !title?.trim()) return invalid(`lineItems.${n}.title`, "Title can't be blank")
    if (!variantId && !priceSet) return invalid(`lineItems.${n}.priceSet`, "Price can't be blank")
  }
  return undefined
}

function wrongMoney(order: OrderInput): Wrong | undefined {
  const sums = [
    ...(order.lineItems ?? []).flatMap(({ priceSet }) => priceSet ?? []),
    ...(order.shippingLines ?? []).map(({ priceSet }) => priceSet),
    ...(order.transactions ?? []).map(({ amountSet }) => amountSet),
  ]
  const other = sums.find(({ shopMoney }) => order.currency && shopMoney.currencyCode !== order.currency)
  if (other) return invalid('currency', 'Shop currency must be the same on the whole order')
  if (sums.some(({ shopMoney }) => Number(shopMoney.amount) < 0)) return invalid('lineItems', "Price can't be negative")
  return undefined
}
