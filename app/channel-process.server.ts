import { randomBytes } from 'node:crypto'
import { appLimitRow } from './channels/app-limit.server.ts'
import type { Channel, ChannelProcess } from './channels/channel.ts'
import { openLentLimit } from './channels/lent-limit.ts'
import type { ChannelSettings } from './channels/registry.ts'
import { startChannel } from './channels/registry.server.ts'
import type { Env } from './env.server.ts'
import type { Log } from './kernel/log.ts'
import type { Sealer } from './merchant/sealed.server.ts'
import { outside } from './outside.server.ts'
import type { Sync } from './sync/facts.ts'

export type ChannelsOptions = { env: Env; sync: Sync; sealer: Sealer; log: Log }

/** The channels of a process, each started when it is first asked for. */
export type Channels = {
  /** null: there is none of that name, or the operator has given no key for it. */
  get(name: string): Channel | null
  close(): Promise<void>
}

/** Joins the channels with what the environment says of the world outside. */
export function openChannels(options: ChannelsOptions): Channels {
  const started = new Map<string, Channel | null>()
  return {
    get(name) {
      const known = started.get(name)
      if (known !== undefined) return known
      const channel = startChannel(name, processFor(name, options))
      started.set(name, channel)
      return channel
    },
    async close() {
      for (const channel of started.values()) await channel?.close()
    },
  }
}

function processFor(name: string, { env, sync, sealer, log }: ChannelsOptions): ChannelProcess<ChannelSettings> {
  const { clock } = sync
  return {
    settings: env,
    appUrl: env.SHOPIFY_APP_URL,
    fetch: outside(env.SHOPIFY_ADDRESS),
    clock,
    log,
    reserve: env.BUDGET_RESERVE_PERCENT / 100,
    sealer,
    random: (bytes) => randomBytes(bytes),
    lend({ limits, block }) {
      const row = appLimitRow({ name, transaction: sync.inTransaction, clock })
      return openLentLimit({ row, limits, block, clock, log })
    },
  }
}
