import type { Clock, Random } from '#app/kernel/clock.ts'
import { present } from '#app/kernel/assert.ts'
import type { Settings } from './settings.ts'
import type { Merchant, News, World } from './world.ts'

/** The app as it is registered in Square's developer console. */
export type RegisteredApp = {
  name?: string
  applicationId: string
  applicationSecret: string
  /** Compared letter for letter. */
  redirectUris: string[]
  /** `url` is part of what is signed. */
  webhook?: { url: string; signatureKey: string }
}

/** What every part of the stand-in works on. `world` is replaced when a saved state is loaded. */
export type Square = {
  app: RegisteredApp
  clock: Clock
  random: Random
  world: World
  settings: Settings
  metrics: Metrics
  /** Tells the app, if it is connected to the merchant. */
  notify: (merchantId: string, news: News) => void
  /** Something worth saving has changed. */
  changed: () => void
}

/** Counts since the sandbox was made. */
export type Metrics = { calls: number; throttled: number; notified: number; undelivered: number }

/** Square's own clock, in milliseconds: it need not be the machine's. */
export const now = ({ clock, settings }: Square): number => clock.now().getTime() + settings.switches.clockSkewMs

/** RFC 3339, as Square writes times. */
export const rfc3339 = (ms: number): string => new Date(ms).toISOString()

export const merchantOf = ({ world }: Square, merchantId: string): Merchant =>
  present(world.merchants.get(merchantId), `Merchant ${merchantId}`)

/** True in `share` of all cases; draws only where chance can decide, so that a fault-free run stays as it was. */
export const happens = (square: Square, share: number): boolean => share > 0 && square.random() < share
