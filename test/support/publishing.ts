import type pg from 'pg'
import { expect } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { present } from '#app/kernel/assert.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { type Account, accountById } from '#app/merchant/account.server.ts'
import { append } from '#app/pool/ledger.server.ts'
import { accountStep } from '#app/sync/account-step.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import type { Step } from '#app/sync/publisher.ts'
import { type AbsoluteChannel, absoluteChannel } from './absolute-channel.ts'
import { openIncidents } from './incidents.ts'
import { addItem, addListing, addStock, changeOf, NOON, openShop, type ShopRows } from './shop-rows.ts'

type Ring = { itemId: number; listingId: number; externalId: string }

/** A merchant with one channel that is told numbers, on a virtual clock. */
export type Publishing = {
  shop: ShopRows
  clock: VirtualClock
  channel: AbsoluteChannel
  sync: Sync
  /** A ring of which the pool has so many and the channel shows so many. */
  ring(has: number, shows?: number, row?: Record<string, unknown>): Promise<Ring>
  /** Pieces come (above 0) or go (below 0) for a reason of ours. */
  stock(itemId: number, quantity: number): Promise<void>
  account(): Promise<Account>
  round(waitMs?: (cost: number) => number): Promise<Step>
  /** Rounds until nothing is to be done within the next `ms` (2,000). */
  settle(ms?: number): Promise<void>
  pass(ms: number): Promise<void>
  /** The numbers it was told, in order: "ring-7=3". */
  writes(): string[]
  incidents(): ReturnType<typeof openIncidents>
  /** A listing's row as it is. */
  listingRow(id: number): Promise<Record<string, unknown>>
}

let changes = 0

export async function openPublishing(db: pg.Pool): Promise<Publishing> {
  const shop = await openShop(db)
  const clock = new VirtualClock(new Date(NOON.getTime() + 3_600_000))
  const channel = absoluteChannel(clock)
  const inTransaction: Sync['inTransaction'] = (work) => transaction(db, work)
  const sync: Sync = { db, inTransaction, outbox: { record: () => Promise.resolve() }, clock }
  const account = async () => present(await accountById(db, shop.etsy), 'the account')
  const pass = (ms: number) => clock.runTo(new Date(clock.now().getTime() + ms))
  const round: Publishing['round'] = async (waitMs = () => 0) =>
    accountStep({ sync, account: await account(), connector: channel.connector, waitMs })
  return {
    shop,
    clock,
    channel,
    sync,
    account,
    pass,
    round,
    async ring(has, shows = has, row = {}) {
      const itemId = await addItem(db, shop, row)
      if (has > 0) await addStock(db, shop, { itemId, place: shop.safe, available: has })
      const externalId = `ring-${itemId}`
      channel.shown.set(externalId, shows)
      const seen = { external_id: externalId, shown: shows, seen_at: clock.now() }
      return {
        itemId,
        listingId: await addListing(db, shop, { account_id: shop.etsy, item_id: itemId, ...seen }),
        externalId,
      }
    },
    async stock(itemId, quantity) {
      const [world, here] = [{ outside: 'correction' as const }, { locationId: shop.safe, state: 'available' as const }]
      const ends = quantity > 0 ? { from: world, to: here } : { from: here, to: world }
      const change = changeOf(shop, { key: `c${(changes += 1)}`, reason: 'counted' })
      expect(await append(db, change, [{ itemId, quantity: Math.abs(quantity), ...ends }])).toBe('done')
    },
    async settle(ms = 2_000) {
      const until = clock.now().getTime() + ms
      for (;;) {
        const { againMs } = await round()
        if (againMs === null || clock.now().getTime() + againMs > until) return clock.runTo(new Date(until))
        await pass(Math.max(1, againMs))
      }
    },
    writes: () => channel.calls.filter((call) => call.includes('=')),
    incidents: () => openIncidents(db, shop.merchantId),
    listingRow: async (id) =>
      present((await db.query('SELECT * FROM listing WHERE id = $1', [id])).rows[0], 'the listing'),
  }
}
