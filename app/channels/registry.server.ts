import type { Channel, ChannelModule, ChannelProcess } from './channel.ts'
import { etsy } from './etsy/channel.server.ts'
import type { ChannelSettings } from './registry.ts'
import { shopify } from './shopify/channel.server.ts'
import { square } from './square/channel.server.ts'

/** The channels there are. Adding one is its folder, a line here, and one in ./registry (docs/channels.md). */
const CHANNELS: Record<string, ChannelModule<ChannelSettings>> = { etsy, shopify, square }

/** A channel at work in this process; null where there is none of that name, or no key for it. */
export const startChannel = (name: string, process: ChannelProcess<ChannelSettings>): Channel | null =>
  (Object.hasOwn(CHANNELS, name) && CHANNELS[name]?.start(process)) || null
