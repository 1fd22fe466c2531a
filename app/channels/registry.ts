import type { z } from 'zod'
import { present } from '../kernel/assert.ts'
import type { Capabilities } from './connector.ts'
import { ETSY_CAPABILITIES } from './etsy/limits.ts'
import { ETSY_SETTINGS } from './etsy/settings.ts'
import { CAPABILITIES as SHOPIFY_CAPABILITIES } from './shopify/limits.ts'
import { SHOPIFY_SETTINGS } from './shopify/settings.ts'
import { SQUARE_CAPABILITIES } from './square/limits.ts'
import { SQUARE_SETTINGS } from './square/settings.ts'

// The channels there are, as far as they can be known without the world. A new one is its folder, a line here, and one in
// registry.server (docs/channels.md).

const KNOWN: Record<string, Capabilities> = {
  etsy: ETSY_CAPABILITIES,
  shopify: SHOPIFY_CAPABILITIES,
  square: SQUARE_CAPABILITIES,
}

/** The variables of the environment that channels read. */
export const CHANNEL_SETTINGS = { ...ETSY_SETTINGS, ...SHOPIFY_SETTINGS, ...SQUARE_SETTINGS }

export type ChannelSettings = z.infer<z.ZodObject<typeof CHANNEL_SETTINGS>>

/** The channels by name. */
export const CHANNEL_NAMES: readonly string[] = Object.keys(KNOWN)

/** What cancelling on a channel costs, against the others; 0 for one that nobody knows. */
export const cancelCostOf = (channel: string): number =>
  Object.hasOwn(KNOWN, channel) ? (KNOWN[channel]?.cancelCost ?? 0) : 0

/** What a channel can do, without opening it: for pages that explain a number. */
export const capabilitiesOf = (channel: string): Capabilities =>
  present(Object.hasOwn(KNOWN, channel) ? KNOWN[channel] : null, `the channel ${channel}`)

/** Channels that keep a ledger of their own; the others are told numbers. */
export const STOCKED_CHANNELS = CHANNEL_NAMES.filter((name) => capabilitiesOf(name).writes === 'moves')
