import { decimalOf } from '../../kernel/money.ts'
import type { PostalAddress, WholeOrder } from '../../kernel/whole-order.ts'
import type { LineToMake, OrderToMake } from '../order-desk.ts'
import type { OrderErrors } from './wire-made-orders.ts'

/** By this property a line of a made order is known as the channel's: Shopify hides names that begin so from buyers. */
export const LINE_PROPERTY = '_line'

type Variants = Map<string, string>

/**
 * An order as Shopify takes it (OrderCreateOrderInput). `variants`: the variant of each inventory item; a line without
 * one is a custom line. Money in the order's own currency, taken as paid through the channel.
 */
export function orderInput(order: OrderToMake, variants: Variants) {
  const { currency, channel, buyer, address } = order
  const sum = (minor: number) => ({ shopMoney: { amount: decimalOf({ minor, currency }), currencyCode: currency } })
  const mailing = address && addressInput(address)
  return {
    currency,
    sourceIdentifier: order.standsFor,
    sourceName: channel.toLowerCase(),
    ...(order.url !== null && { sourceUrl: order.url }),
    tags: [channel, `${channel} ${order.name}`],
    processedAt: order.placedAt.toISOString(),
    ...(buyer.email !== null && { email: buyer.email, customer: { toUpsert: customerOf(buyer) } }),
    ...(mailing && { shippingAddress: mailing, billingAddress: mailing }),
    ...(order.note !== null && { note: order.note }),
    lineItems: order.lines.map((line) => lineInput(line, { sum, variants })),
    shippingLines: order.shipping
      ? [{ title: order.shipping.title, priceSet: sum(order.shipping.priceMinor), source: channel }]
      : [],
    taxesIncluded: order.taxesIncluded,
    taxLines: taxLines(order, sum),
    ...(order.discountMinor > 0 && {
      discountCode: { itemFixedDiscountCode: { code: `${channel} coupon`, amountSet: sum(order.discountMinor) } },
    }),
    financialStatus: 'PAID',
    transactions: [{ kind: 'SALE', status: 'SUCCESS', gateway: channel, amountSet: sum(order.totalMinor) }],
  }
}

export type OrderInput = ReturnType<typeof orderInput>
type Sum = (minor: number) => { shopMoney: { amount: string; currencyCode: string } }

function customerOf({ name, email, phone }: WholeOrder['buyer']) {
  return { ...namesOf(name), email, ...(phone !== null && { phone }) }
}

function namesOf(name: string): { firstName?: string; lastName?: string } {
  const words = name.split(/\s+/).filter(Boolean)
  const lastName = words.length > 1 ? words.at(-1) : undefined
  const firstName = words.slice(0, lastName === undefined ? 1 : -1).join(' ')
  return { ...(firstName && { firstName }), ...(lastName !== undefined && { lastName }) }
}

const MOST_OF_A_CODE = 3

function addressInput({ name, company, lines, city, region, postalCode, countryCode, phone }: PostalAddress) {
  const isCode = region !== null && region.length <= MOST_OF_A_CODE && region === region.toUpperCase()
  return {
    ...namesOf(name),
    ...(company !== null && { company }),
    address1: lines[0] ?? '',
    ...(lines.length > 1 && { address2: lines.slice(1).join(', ') }),
    ...(city !== null && { city }),
    ...(region !== null && (isCode ? { provinceCode: region } : { province: region })),
    ...(postalCode !== null && { zip: postalCode }),
    ...(countryCode !== null && { countryCode }),
    ...(phone !== null && { phone }),
  }
}

function lineInput(line: LineToMake, { sum, variants }: { sum: Sum; variants: Variants }) {
  const { externalId, sku, title, quantity, unitPriceMinor, needsShipping, details, ownThing } = line
  const variantId = ownThing === null ? undefined : variants.get(ownThing)
  return {
    quantity,
    priceSet: sum(unitPriceMinor),
    requiresShipping: needsShipping,
    properties: [{ name: LINE_PROPERTY, value: externalId }, ...details],
    ...(variantId ? { variantId } : { title: title || sku || 'Piece', ...(sku && { sku }) }),
  }
}

const RATE_DIGITS = 6

// Shopify wants a rate for each tax, which channels do not tell: it is what the tax is of what was paid for the pieces.
function taxLines({ taxes, lines, discountMinor, taxesIncluded }: OrderToMake, sum: Sum) {
  const prices = lines.reduce((total, { unitPriceMinor, quantity }) => total + unitPriceMinor * quantity, 0)
  return taxes.map(({ title, amountMinor, collected }) => {
    const of = prices - discountMinor - (taxesIncluded ? amountMinor : 0)
    const rate = of > 0 ? (amountMinor / of).toFixed(RATE_DIGITS) : '0'
    return { title, rate, priceSet: sum(amountMinor), channelLiable: collected }
  })
}

/** What an order can do without: left out when Shopify does not take it, since the rest is worth more. */
const DISPENSABLE: Record<string, (order: OrderInput) => Partial<OrderInput>> = {
  sourceName: ({ sourceName: _, ...order }) => order,
  sourceUrl: ({ sourceUrl: _, ...order }) => order,
  email: ({ email: _, customer: __, ...order }) => order,
  customer: ({ email: _, customer: __, ...order }) => order,
  billingAddress: ({ billingAddress: _, ...order }) => order,
}

/** The order without what Shopify has refused of it; null when it refuses something that it cannot do without. */
export function without(order: OrderInput, errors: OrderErrors): Partial<OrderInput> | null {
  let less: Partial<OrderInput> = order
  for (const { field } of errors) {
    const drop = DISPENSABLE[field?.[1] ?? '']
    if (!drop || !((field?.[1] ?? '') in less)) return null
    less = drop(less as OrderInput)
  }
  return less
}

const CALLED: Record<string, string> = {
  shippingAddress: 'the address',
  lineItems: 'one of its lines',
  shippingLines: 'its shipping',
  taxLines: 'its taxes',
  discountCode: 'its discount',
  currency: 'its currency',
  transactions: 'what was paid',
  processedAt: 'its date',
  phone: 'a telephone number',
}

/** Why it is not taken, in words of ours: Shopify's own may repeat what was wrong, which is a person's. */
export function refusalOf(errors: OrderErrors): string {
  const what = new Set(errors.map(({ field }) => CALLED[field?.[1] ?? ''] ?? 'something in it'))
  const codes = [...new Set(errors.flatMap(({ code }) => code ?? []))].join(', ')
  return `Shopify does not take ${[...what].join(', ')}${codes ? ` (${codes})` : ''}.`
}
