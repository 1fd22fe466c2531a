import { seconds } from './etsy.ts'
import type { ShopState } from './world.ts'

/** Schema Shop. */
export function wireShop(shop: ShopState) {
  const created = seconds(shop.createdAt)
  return {
    shop_id: shop.shopId,
    user_id: shop.userId,
    shop_name: shop.name,
    create_date: created,
    created_timestamp: created,
    title: shop.title,
    currency_code: shop.currency,
    update_date: created,
    updated_timestamp: created,
    listing_active_count: shop.byState.active.length,
    login_name: shop.name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''),
    url: `https://www.etsy.com/shop/${encodeURIComponent(shop.name)}`,
    transaction_sold_count: shop.sold,
    ...UNMODELLED,
  }
}

const UNMODELLED = {
  announcement: null,
  is_vacation: false,
  vacation_message: null,
  sale_message: null,
  digital_sale_message: null,
  digital_listing_count: 0,
  accepts_custom_requests: false,
  policy_welcome: null,
  policy_payment: null,
  policy_shipping: null,
  policy_refunds: null,
  policy_additional: null,
  policy_seller_info: null,
  policy_update_date: 0,
  policy_has_private_receipt_info: false,
  has_unstructured_policies: false,
  policy_privacy: null,
  vacation_autoreply: null,
  image_url_760x100: null,
  num_favorers: 0,
  languages: ['en-US'],
  icon_url_fullxfull: null,
  is_using_structured_policies: true,
  has_onboarded_structured_policies: true,
  include_dispute_form_link: false,
  is_direct_checkout_onboarded: true,
  is_etsy_payments_onboarded: true,
  is_calculated_eligible: true,
  is_opted_in_to_buyer_promise: false,
  is_shop_us_based: true,
  shipping_from_country_iso: 'US',
  shop_location_country_iso: 'US',
  review_count: 0,
  review_average: null,
}
