import { openPool, transaction } from '#app/db.server.ts'
import { RESERVE } from '#app/channels/lane.ts'
import { assert } from '#app/kernel/assert.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import type { Sync } from '#app/sync/facts.ts'
import type { Bench } from '../choices.ts'
import { rounded } from '../distribution.ts'
import { ownDatabase } from '../own-database.ts'
import { openEtsyPeer } from './etsy-peer.ts'
import { openGenericPeer } from './generic-peer.ts'
import { goodsOf } from './goods.ts'
import { load } from './load.ts'
import { lowerBoundSeconds } from './lower-bound.ts'
import type { OpenPeer } from './peer.ts'
import { openShopifyPeer } from './shopify-peer.ts'
import { tellAll } from './tell-all.ts'

/** docs/benchmarks.md says what each field is. */
export type Published = {
  n: number
  seconds: number
  lowerBoundSeconds: number
  ratio: number
  throttled: number
  spent: number
  wrong: number
  wallSeconds: number
  memory: { loadedMb: number; peakMb: number }
}

export type PublishReport = { name: 'publish'; channels: Record<string, Published & { small?: Published }> }

/** The channels with a sandbox. A new one is a file that opens it, and a line. */
const PEERS: Record<string, OpenPeer> = { etsy: openEtsyPeer, shopify: openShopifyPeer, generic: openGenericPeer }

const USUAL = [1_000, 100_000]
const BEGIN = new Date('2026-11-23T09:00:00Z')

/** How long it takes to tell each channel so many numbers at once, on a virtual clock, beside the least it could take. */
export async function measurePublish({ items, only, say }: Bench): Promise<PublishReport> {
  const names = Object.keys(PEERS).filter((name) => only === undefined || name === only)
  const channels: PublishReport['channels'] = {}
  for (const name of names) {
    const runs: Published[] = []
    for (const n of items === undefined ? USUAL : [items]) {
      const run = await publishTo(PEERS[name]!, n)
      say(
        `${name}, ${n}: ${run.seconds} s, at least ${run.lowerBoundSeconds} s, ${run.wallSeconds} s of the wall clock`,
      )
      runs.push(run)
    }
    const [first, last] = [runs[0]!, runs.at(-1)!]
    channels[name] = first === last ? last : { ...last, small: first }
  }
  return { name: 'publish', channels }
}

async function publishTo(openPeer: OpenPeer, n: number): Promise<Published> {
  const database = await ownDatabase('publish')
  const pool = openPool(database.url, { max: 4, settings: '-c transaction_timeout=0 -c synchronous_commit=off' })
  const clock = new VirtualClock(BEGIN)
  const sync: Sync = {
    db: pool,
    inTransaction: (work) => transaction(pool, work),
    outbox: { record: () => Promise.resolve() },
    clock,
  }
  const goods = goodsOf(n)
  const peer = await openPeer({ clock, sync, goods })
  try {
    const account = await load(pool, { peer, goods, at: clock.now() })
    const began = performance.now()
    const { seconds, memory } = await tellAll({ sync, clock, account, peer })
    const wrong = goods.filter(({ has }, i) => peer.shown(peer.refs[i]!) !== has).length
    assert(wrong === 0, `${wrong} of ${n} listings of ${peer.channel} do not show what there is`)
    const least = lowerBoundSeconds({ cost: peer.cost() }, peer.limits, RESERVE)
    return {
      n,
      seconds: rounded(seconds, 1),
      lowerBoundSeconds: rounded(least, 1),
      ratio: rounded(seconds / least, 3),
      throttled: peer.throttled(),
      spent: peer.spent(),
      wrong,
      wallSeconds: rounded((performance.now() - began) / 1_000, 1),
      memory,
    }
  } finally {
    await peer.close()
    await pool.end()
    await database.drop()
  }
}
