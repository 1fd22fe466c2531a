import type { ListingRef } from './channel-order.ts'

export type ListingStatus = 'active' | 'inactive' | 'sold_out' | 'expired' | 'draft' | 'dead'

/** One thing for sale on a channel, as the channel showed it when it was read. */
export type ListingSnapshot = {
  ref: ListingRef
  sku: string
  title: string
  /** such as { Size: '54', Metal: 'Gold' } */
  attributes: Record<string, string>
  status: ListingStatus
  /** what a buyer can buy now: 0 when it is off sale */
  shown: number
  priceMinor: number | null
  currency: string | null
  url: string | null
}
