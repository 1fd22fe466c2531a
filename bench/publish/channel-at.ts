import { randomBytes } from 'node:crypto'
import { appLimitRow } from '#app/channels/app-limit.server.ts'
import type { Channel } from '#app/channels/channel.ts'
import { openLentLimit } from '#app/channels/lent-limit.ts'
import { CHANNEL_SETTINGS, type ChannelSettings } from '#app/channels/registry.ts'
import { startChannel } from '#app/channels/registry.server.ts'
import type { VirtualClock } from '#app/kernel/virtual-clock.ts'
import type { Sync } from '#app/sync/facts.ts'
import { z } from 'zod'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

type At = { clock: VirtualClock; sync: Sync; fetch: typeof fetch; settings: Record<string, string> }

/** A channel of the registry as a process has it, in front of a sandbox and on a virtual clock. */
export function channelAt(name: string, { clock, sync, fetch, settings }: At): Channel | null {
  const known: ChannelSettings = z.object(CHANNEL_SETTINGS).parse(settings)
  return startChannel(name, {
    settings: known,
    appUrl: 'https://app.test',
    fetch,
    clock,
    log: SILENT,
    sealer: { seal: (text) => text, read: (text) => text },
    random: (bytes) => randomBytes(bytes),
    lend({ limits, block }) {
      const row = appLimitRow({ name, transaction: sync.inTransaction, clock })
      return openLentLimit({ row, limits, block, clock, log: SILENT })
    },
  })
}
