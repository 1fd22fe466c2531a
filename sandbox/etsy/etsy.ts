import type { Clock, Random } from '#app/kernel/clock.ts'
import type { Settings } from './settings.ts'
import type { EventType, Receipt, ShopState, World } from './world.ts'
import { present } from '#app/kernel/assert.ts'

/** The app as it is registered at Etsy. */
export type RegisteredApp = {
  name?: string
  keystring: string
  sharedSecret: string
  /** Compared letter for letter, as Etsy does. */
  redirectUris: string[]
  /** Set by hand in Etsy's webhook portal. `secret` is `whsec_` and base64. */
  webhook?: { url: string; secret: string }
}

/** What every part of the stand-in works on. `world` is replaced when a saved state is loaded. */
export type Etsy = {
  app: RegisteredApp
  clock: Clock
  random: Random
  world: World
  settings: Settings
  metrics: Metrics
  /** Tells the app, if it is connected to the shop. */
  notify: (event: EventType, receipt: Receipt) => void
  /** Something worth saving has changed. */
  changed: () => void
}

/** Counts since the sandbox was made. */
export type Metrics = { calls: number; throttled: number; notified: number; undelivered: number }

export const now = (etsy: Etsy): number => etsy.clock.now().getTime()

export const seconds = (ms: number): number => Math.floor(ms / 1000)

export const shopOf = (etsy: Etsy, shopId: number): ShopState => present(etsy.world.shops.get(shopId), `Shop ${shopId}`)

/** True in `share` of all cases; draws only where chance can decide, so that a fault-free run stays as it was. */
export const happens = (etsy: Etsy, share: number): boolean => share > 0 && etsy.random() < share
