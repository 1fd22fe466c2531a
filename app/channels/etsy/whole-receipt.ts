import { z } from 'zod'
import type { PostalAddress, WholeLine, WholeOrder } from '../../kernel/whole-order.ts'
import { orderOf, minor, plain } from './translate.ts'
import { wireMoney, wireReceipt, wireTransaction } from './wire.ts'

// A receipt with its buyer. Read only when the order is made elsewhere, and nothing of it is kept.

const text = z.string().nullish()

const transaction = wireTransaction.extend({
  variations: z.array(z.object({ formatted_name: text, formatted_value: text })).default([]),
})

const shipment = z.object({ carrier_name: text, tracking_code: text })

export const wholeReceipt = wireReceipt.extend({
  name: text,
  buyer_email: text,
  first_line: text,
  second_line: text,
  city: text,
  state: text,
  zip: text,
  country_iso: text,
  is_gift: z.boolean().nullish(),
  gift_message: text,
  message_from_buyer: text,
  total_shipping_cost: wireMoney.nullish(),
  total_tax_cost: wireMoney.nullish(),
  total_vat_cost: wireMoney.nullish(),
  discount_amt: wireMoney.nullish(),
  gift_wrap_price: wireMoney.nullish(),
  transactions: z.array(transaction).default([]),
  shipments: z.array(shipment).default([]),
})

type WholeReceipt = z.infer<typeof wholeReceipt>

const amount = (sum: z.infer<typeof wireMoney> | null | undefined): number => (sum ? minor(sum) : 0)

/** The order as Etsy states it, with who bought it and where it goes. */
export function wholeOrderOf(receipt: WholeReceipt): WholeOrder {
  const { externalId, name, placedAt, currency, url, lines } = orderOf(receipt)
  const shipping = amount(receipt.total_shipping_cost)
  return {
    ...{ externalId, name, placedAt, currency, url },
    buyer: { name: receipt.name?.trim() ?? '', email: receipt.buyer_email ?? null, phone: null },
    address: addressOf(receipt),
    lines: [
      ...lines.map((line, n) => wholeLine(line, receipt.transactions[n]?.variations ?? [])),
      ...giftWrap(receipt),
    ],
    shipping: { title: 'Etsy shipping', priceMinor: shipping },
    ...taxesOf(receipt),
    discountMinor: amount(receipt.discount_amt),
    totalMinor: minor(receipt.grandtotal),
    note: noteOf(receipt),
  }
}

/** The tax of a marketplace is added to the prices and paid over by Etsy; value-added tax is inside them. */
function taxesOf(receipt: WholeReceipt): Pick<WholeOrder, 'taxes' | 'taxesIncluded'> {
  const [tax, vat] = [amount(receipt.total_tax_cost), amount(receipt.total_vat_cost)]
  if (tax > 0)
    return { taxes: [{ title: 'Tax collected by Etsy', amountMinor: tax, collected: true }], taxesIncluded: false }
  return { taxes: vat > 0 ? [{ title: 'VAT', amountMinor: vat, collected: true }] : [], taxesIncluded: vat > 0 }
}

function addressOf(receipt: WholeReceipt): PostalAddress | null {
  const lines = [receipt.first_line, receipt.second_line].flatMap((line) => (line?.trim() ? [line.trim()] : []))
  // Etsy gives it to apps of its choice only, in some regions.
  if (lines.length === 0) return null
  return {
    name: receipt.name?.trim() ?? '',
    company: null,
    lines,
    city: receipt.city ?? null,
    region: receipt.state ?? null,
    postalCode: receipt.zip ?? null,
    countryCode: receipt.country_iso ?? null,
    phone: null,
  }
}

type Variations = WholeReceipt['transactions'][number]['variations']

function wholeLine(line: ReturnType<typeof orderOf>['lines'][number], variations: Variations): WholeLine {
  const { externalId, listing, sku, title, quantity, unitPriceMinor, takesStock } = line
  const details = variations.flatMap(({ formatted_name: name, formatted_value: value }) =>
    name && value ? [{ name: plain(name), value: plain(value) }] : [],
  )
  return { externalId, listing, sku, title, quantity, unitPriceMinor, needsShipping: takesStock, details }
}

function giftWrap({ gift_wrap_price: price }: WholeReceipt): WholeLine[] {
  const unitPriceMinor = amount(price)
  if (unitPriceMinor === 0) return []
  const none = { listing: null, sku: '', needsShipping: false, details: [] }
  return [{ externalId: 'gift-wrap', title: 'Gift wrap', quantity: 1, unitPriceMinor, ...none }]
}

function noteOf({ message_from_buyer: message, is_gift: isGift, gift_message: gift }: WholeReceipt): string | null {
  const said = [message?.trim(), isGift ? 'It is a gift.' : '', gift?.trim() ? `Gift message: ${gift.trim()}` : '']
  return said.filter(Boolean).join('\n') || null
}
