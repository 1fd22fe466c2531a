import type { Buyers } from './buyers.ts'
import type { EtsySandbox } from './etsy/sandbox.ts'
import type { ShopifySandbox } from './shopify/sandbox.ts'
import type { SquareSandbox } from './square/sandbox.ts'
import type { RegisteredApp } from './world-options.ts'

/** What the pages and the control work on. */
export type Town = {
  shopify: ShopifySandbox
  etsy: EtsySandbox
  etsyOrigin: string
  square: SquareSandbox
  squareOrigin: string
  app: RegisteredApp
  knobs: Knobs
  buyers: Buyers
}

/** What can be turned while the world runs. */
export type Knobs = {
  latencyMs: number
  /** How many of the next session tokens shall be over already. */
  staleTokens: number
  /** How long a session token is good for. Shopify's are for a minute. */
  tokenSeconds: number
}
