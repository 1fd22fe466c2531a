import { TryAgain } from '#app/kernel/outage.ts'
import type { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { type Account, accountById } from '#app/merchant/account.server.ts'
import { accountStep } from '#app/sync/account-step.server.ts'
import { present } from '#app/kernel/assert.ts'
import type { Sync } from '#app/sync/facts.ts'
import { rounded } from '../distribution.ts'
import type { Peer } from './peer.ts'

type Telling = { sync: Sync; clock: VirtualClock; account: Account; peer: Peer }

const WAITS = `SELECT EXISTS (SELECT FROM listing_due WHERE account_id = $1) OR EXISTS (SELECT FROM mirror_due WHERE account_id = $1) AS waits`
const LOOK_AT_MEMORY_EVERY = 20

/** Rounds of the account until nothing waits; the clock jumps over every wait. */
export async function tellAll({ sync, clock, account, peer }: Telling) {
  const { connector, limiter } = peer.opened
  const began = clock.now().getTime()
  const loadedMb = megabytes()
  let peakMb = loadedMb
  for (let round = 0; ; round += 1) {
    const now = present(await accountById(sync.db, account.id), 'the account')
    const againMs = await carried(accountStep({ sync, account: now, connector, waitMs: limiter.waitMs }), clock)
    if (round % LOOK_AT_MEMORY_EVERY === 0) peakMb = Math.max(peakMb, megabytes())
    const { rows } = await sync.db.query<{ waits: boolean }>({ name: 'waits', text: WAITS, values: [account.id] })
    if (rows[0]?.waits !== true) break
    if (againMs > 0) await clock.runTo(new Date(clock.now().getTime() + Math.ceil(againMs)))
  }
  return {
    seconds: (clock.now().getTime() - began) / 1_000,
    memory: { loadedMb, peakMb: Math.max(peakMb, megabytes()) },
  }
}

const megabytes = (): number => rounded(process.memoryUsage().rss / 1_048_576)

// A call that has to wait for its turn waits for the clock, which stands still while the round lasts: when nothing has
// gone on for a while, the clock is what it waits for.
const IDLE_MS = 2_000

async function carried(step: Promise<{ againMs: number | null }>, clock: VirtualClock): Promise<number> {
  let ended = false
  const end = step
    .finally(() => (ended = true))
    .catch((error: unknown) => {
      if (!(error instanceof TryAgain)) throw error
      return { againMs: Math.max(1, error.afterMs) }
    })
  const onward = setInterval(() => {
    const next = clock.next()
    if (!ended && next) void clock.runTo(next)
  }, IDLE_MS)
  try {
    return (await end).againMs ?? 0
  } finally {
    clearInterval(onward)
  }
}
