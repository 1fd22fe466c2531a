/** How a channel names one listing: the thing it writes as a whole, and the variation inside it ('' if it has none). */
export type ListingRef = { externalId: string; variantId: string }

/** Where a channel says it takes units from. */
export type NamedSource = { externalLocationId: string; quantity: number }

/** A line of an order as the channel states it now, in our words. Quantities are pieces. */
export type ChannelOrderLine = {
  externalId: string
  listing: ListingRef | null
  sku: string
  title: string
  /** as ordered */
  quantity: number
  /** after cancellations and edits; what the buyer is still to have or has */
  currentQuantity: number
  /** of those, already shipped or handed over */
  shipped: number
  /** came back and was put back on sale by the channel itself, by location */
  restocked: NamedSource[]
  /** false: a tip, a gift card, a custom line */
  takesStock: boolean
  /** true: the channel sells it without stock on purpose */
  backorder: boolean
  unitPriceMinor: number
  /** where the channel says the unshipped units lie; empty if it names no location */
  sources: NamedSource[]
}

/** An order as the channel states it now. Times are the channel's clock, UTC. */
export type ChannelOrder = {
  externalId: string
  /** what a person calls it: "#1042" */
  name: string
  placedAt: Date
  paidAt: Date | null
  updatedAt: Date
  cancelledAt: Date | null
  currency: string
  url: string | null
  lines: ChannelOrderLine[]
  /** the carts it has come from, by the channel's names of them */
  carts?: string[]
  /** what was set aside there for a hold of ours and has become this order, by our keys */
  asides?: string[]
  /** what the app that made it calls the order of another channel that it stands for */
  standsFor?: string | null
  /** set when pieces came back but the channel cannot say which: a person must */
  unclear: string | null
}
