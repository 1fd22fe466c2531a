import { amount, type Ebay, sellerOf } from './ebay.ts'
import { statusOf } from './stock.ts'
import type { InventoryItem, Offer } from './world.ts'

/** Schema InventoryItemWithSkuLocaleGroupid. */
export const wireItem = ({ sku, title, aspects, quantity, groupKeys }: InventoryItem) => ({
  sku,
  locale: 'en_US',
  product: { title, aspects },
  condition: 'NEW',
  availability: { shipToLocationAvailability: { quantity, allocationByFormat: { auction: 0, fixedPrice: quantity } } },
  ...(groupKeys.length > 0 && { inventoryItemGroupKeys: groupKeys }),
})

/** Schema EbayOfferDetailsWithAll. One whose listing has ended is no longer published. */
export function wireOffer(ebay: Ebay, { listing, variation, offerId }: Offer) {
  const { currency } = sellerOf(ebay, listing.userId)
  const { listingId, format, ended } = listing
  const { sku, available, sold, price } = variation
  return {
    offerId,
    sku,
    marketplaceId: 'EBAY_US',
    format,
    availableQuantity: format === 'AUCTION' ? 1 : available,
    categoryId: '164343',
    listingDescription: listing.title,
    listingDuration: format === 'AUCTION' ? 'DAYS_7' : 'GTC',
    pricingSummary:
      format === 'AUCTION' ? { auctionStartPrice: amount(price, currency) } : { price: amount(price, currency) },
    status: ended ? 'UNPUBLISHED' : 'PUBLISHED',
    ...(!ended && { listing: { listingId, listingStatus: statusOf(ebay, listing), soldQuantity: sold } }),
  }
}
