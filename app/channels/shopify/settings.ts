import { amount } from '../../kernel/setting.ts'

/** What the app is told of its part of Shopify's limits; the rest of Shopify's variables are the whole app's. */
export const SHOPIFY_SETTINGS = {
  /** points that its stores' plan grants the app, and how many come back in a second, where that is not the standard plan */
  SHOPIFY_POINTS: amount.optional(),
  SHOPIFY_POINTS_PER_SECOND: amount.optional(),
}
