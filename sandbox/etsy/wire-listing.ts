import { seconds } from './etsy.ts'
import { etsyMoney } from './money.ts'
import { totalQuantity } from './stock-of-listing.ts'
import type { Inventory, Listing, Product, PropertyValue, ShopState } from './world.ts'

/** Who reads: SKUs are for the shop's owner alone. */
export type Reader = { shop: ShopState; owner: boolean }

/** Schema ListingPropertyValue. */
export const wireValue = ({ propertyId, name, scaleId, valueIds, values }: PropertyValue) => ({
  property_id: propertyId,
  property_name: name,
  scale_id: scaleId,
  scale_name: null,
  value_ids: valueIds,
  values,
})

const wireProduct = (product: Product, { shop, owner }: Reader) => ({
  product_id: product.productId,
  sku: owner ? product.sku : '',
  is_deleted: false,
  offerings: [
    {
      offering_id: product.offeringId,
      quantity: product.quantity,
      is_enabled: product.enabled,
      is_deleted: false,
      price: etsyMoney(product.price, shop.currency),
      readiness_state_id: product.readinessStateId,
    },
  ],
  property_values: product.values.map(wireValue),
})

/** Schema ListingInventory. */
export const wireInventory = (inventory: Inventory, reader: Reader) => ({
  products: inventory.products.map((product) => wireProduct(product, reader)),
  price_on_property: inventory.priceOn,
  quantity_on_property: inventory.quantityOn,
  sku_on_property: inventory.skuOn,
  readiness_state_on_property: inventory.readinessOn,
})

/** Schema ShopListing. The price is the lowest of the enabled variations. */
export function wireListing(listing: Listing, shop: ShopState) {
  const created = seconds(listing.createdAt)
  const modified = seconds(listing.modifiedAt)
  const { products } = listing.inventory
  const enabled = products.filter((product) => product.enabled)
  const price = Math.min(...(enabled.length > 0 ? enabled : products).map((product) => product.price))
  return {
    listing_id: listing.listingId,
    user_id: shop.userId,
    shop_id: shop.shopId,
    title: listing.title,
    description: listing.description,
    state: listing.state,
    creation_timestamp: created,
    created_timestamp: created,
    ending_timestamp: seconds(listing.endsAt),
    original_creation_timestamp: created,
    last_modified_timestamp: modified,
    updated_timestamp: modified,
    state_timestamp: seconds(listing.stateAt),
    quantity: totalQuantity(listing.inventory),
    url: `https://www.etsy.com/listing/${listing.listingId}`,
    price: etsyMoney(price, shop.currency),
    has_variations: products.some((product) => product.values.length > 0),
    should_auto_renew: listing.autoRenew,
    tags: listing.tags,
    readiness_state_id: shop.readinessStateId,
    ...UNMODELLED,
  }
}

/** Fields of every answer that the stand-in has nothing to say about. */
const UNMODELLED = {
  shop_section_id: null,
  featured_rank: -1,
  num_favorers: 0,
  non_taxable: false,
  is_taxable: true,
  is_customizable: false,
  is_personalizable: false,
  listing_type: 'physical',
  materials: [],
  shipping_profile_id: null,
  return_policy_id: null,
  processing_min: null,
  processing_max: null,
  who_made: 'i_did',
  when_made: '2020_2026',
  is_supply: false,
  item_weight: null,
  item_weight_unit: null,
  item_length: null,
  item_width: null,
  item_height: null,
  item_dimensions_unit: null,
  is_private: false,
  style: [],
  file_data: '',
  language: 'en-US',
  taxonomy_id: 1,
  suggested_title: null,
}

/** Schema ShopListingWithAssociations; `inventory` is there when it was asked for. */
export function wireListingWith(listing: Listing, reader: Reader, inventory: boolean) {
  const skus = reader.owner ? [...new Set(listing.inventory.products.map((p) => p.sku).filter(Boolean))] : []
  return {
    ...wireListing(listing, reader.shop),
    shipping_profile: null,
    user: null,
    shop: null,
    images: [],
    videos: [],
    inventory: inventory ? wireInventory(listing.inventory, reader) : null,
    production_partners: [],
    skus,
    translations: null,
    views: 0,
  }
}
