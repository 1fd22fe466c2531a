import { present } from '../kernel/assert.ts'
import type { Capabilities } from './connector.ts'
import { ETSY_CAPABILITIES } from './etsy/limits.ts'
import { CAPABILITIES as SHOPIFY_CAPABILITIES } from './shopify/limits.ts'

const KNOWN: Record<string, Capabilities> = { etsy: ETSY_CAPABILITIES, shopify: SHOPIFY_CAPABILITIES }

/** What cancelling on a channel costs, against the others; 0 for one that nobody knows. */
export const cancelCostOf = (channel: string): number =>
  Object.hasOwn(KNOWN, channel) ? (KNOWN[channel]?.cancelCost ?? 0) : 0

/** What a channel can do, without opening it: for pages that explain a number. */
export const capabilitiesOf = (channel: string): Capabilities =>
  present(Object.hasOwn(KNOWN, channel) ? KNOWN[channel] : null, `the channel ${channel}`)
