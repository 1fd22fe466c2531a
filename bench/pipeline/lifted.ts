import type { Environment } from '#sandbox/demo/environment.ts'
import type { World } from '#sandbox/world.ts'

/** What the app is told of limits that are lifted, as an operator would tell it who was granted more. */
export const LIFTED: Environment = {
  ETSY_CALLS_PER_SECOND: '1000',
  ETSY_CALLS_PER_DAY: '10000000',
  SHOPIFY_POINTS: '100000',
  SHOPIFY_POINTS_PER_SECOND: '50000',
}

/** Lifts them. Shopify always has some. */
export function liftLimits({ shopify, etsy }: Pick<World, 'shopify' | 'etsy'>): void {
  shopify.setLimits({ maximumAvailable: 100_000, restoreRate: 50_000 })
  etsy.configure({ limits: null })
}
