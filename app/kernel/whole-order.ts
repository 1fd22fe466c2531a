import type { ListingRef } from './channel-order.ts'

// An order with its buyer, as it passes from the channel that sold it to the store in which it is made. It is read when
// it is needed and never kept: no row, no fact and no log may hold any of it.

export type PostalAddress = {
  name: string
  company: string | null
  lines: string[]
  city: string | null
  /** as the channel writes it: "ME", "Maine" */
  region: string | null
  postalCode: string | null
  /** ISO 3166, two letters; null where the channel does not say */
  countryCode: string | null
  phone: string | null
}

export type WholeLine = {
  externalId: string
  listing: ListingRef | null
  sku: string
  title: string
  quantity: number
  unitPriceMinor: number
  needsShipping: boolean
  /** what the buyer chose or asked for: a size, an engraving */
  details: { name: string; value: string }[]
}

/** Money is minor units of `currency`. */
export type WholeOrder = {
  externalId: string
  name: string
  placedAt: Date
  currency: string
  url: string | null
  buyer: { name: string; email: string | null; phone: string | null }
  address: PostalAddress | null
  lines: WholeLine[]
  shipping: { title: string; priceMinor: number } | null
  /** `collected`: by the channel, which also pays it over */
  taxes: { title: string; amountMinor: number; collected: boolean }[]
  taxesIncluded: boolean
  discountMinor: number
  totalMinor: number
  note: string | null
}

/** Pieces of an order that are on their way to the buyer. */
export type SentParcel = {
  externalId: string
  lines: { externalId: string; quantity: number }[]
  carrier: string | null
  trackingNumber: string | null
  /** it was told before, and nothing is known of what became of that */
  again: boolean
}

/** accepted: the channel knows it. rejected: it said no, and why. unknown: no answer. */
export type ToldOutcome = { outcome: 'accepted' | 'rejected' | 'unknown'; reason: string | null }
