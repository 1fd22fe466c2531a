import type { Clock, Random } from '#app/kernel/clock.ts'

/** One entry of `[[webhooks.subscriptions]]` in the app's configuration; compliance topics are topics like others. */
export type ConfiguredWebhooks = { topics: string[]; uri: string; includeFields?: string[] }

/** The app as Shopify knows it. */
export type AppSettings = {
  apiKey: string
  apiSecret: string
  /** Where it is served; a webhook's relative `uri` is resolved against it. */
  url: string
  /** Granted when a shop installs it. `write_x` includes `read_x`. */
  scopes: string[]
  webhooks?: ConfiguredWebhooks[]
  name?: string
}

/** GraphQL points of one app on one shop. Shopify's standard plan: 2,000, restoring 100 a second. */
export type Limits = { maximumAvailable: number; restoreRate: number; singleQueryMax: number }

export const STANDARD_LIMITS: Limits = { maximumAvailable: 2_000, restoreRate: 100, singleQueryMax: 1_000 }

/** What may happen to a webhook on its way. Shares are chances from 0 to 1. */
export type Faults = {
  /** Never sent at all. */
  drop: number
  /** Sent twice with the same ids. */
  repeat: number
  /** Sent up to this many ms late, evenly spread: later ones overtake. */
  delayMs: number
  /** Arrives, but its answer is lost, so it is sent again. */
  loseAnswer: number
}

export const NO_FAULTS: Faults = { drop: 0, repeat: 0, delayMs: 0, loseAnswer: 0 }

/**
 * What Shopify does to its stock for an order that was made without claiming any (orderCreate, BYPASS), when it is
 * fulfilled, cancelled or refunded: nothing; what it does for any order, though nothing of it is committed; or it takes
 * fulfilled pieces from what is for sale, or from what is set aside; or it puts back on sale what is restocked, and that
 * only. None of it is documented.
 */
export const BYPASSED_STOCK = ['untouched', 'committed', 'available', 'reserved', 'restocks'] as const

/** What nobody outside Shopify knows for certain, or what differs between stores. */
export type Switches = {
  bypassedStock: (typeof BYPASSED_STOCK)[number]
  /** How long a new order is not found by a search yet, ms. */
  orderSearchLagMs: number
  /** Orders an app may make in a minute: 5 in a development or trial store (docs: `orderCreate`), null elsewhere. */
  ordersPerMinute: number | null
  /** Whether an app that is no sales channel may name the source of an order. */
  takesSourceName: boolean
}

export const DEFAULT_SWITCHES: Switches = {
  bypassedStock: 'untouched',
  orderSearchLagMs: 0,
  ordersPerMinute: null,
  takesSourceName: true,
}

export type Deliver = (request: Request) => Promise<Response>

/** What the shops of one sandbox share. `limits`, `faults` and `switches` may be changed while it runs. */
export type Env = {
  clock: Clock
  random: Random
  app: AppSettings
  deliver: Deliver
  limits: Limits
  faults: Faults
  switches: Switches
  /** Where files (results of bulk operations) are fetched from; null: the shop's own address. */
  publicUrl: string | null
  /** Told after anything that `save()` would write differently. */
  changed: () => void
}

const HEX = '0123456789abcdef'

/** `length` hex digits of chance. */
export function hex(random: Random, length: number): string {
  let text = ''
  while (text.length < length) text += HEX[Math.floor(random() * 16)]
  return text
}

export function uuid(random: Random): string {
  const digits = hex(random, 30)
  const part = (from: number, to: number) => digits.slice(from, to)
  return `${part(0, 8)}-${part(8, 12)}-4${part(12, 15)}-a${part(15, 18)}-${part(18, 30)}`
}
