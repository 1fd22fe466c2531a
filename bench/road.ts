import type pg from 'pg'
import type { Connector } from '#app/channels/connector.ts'
import { openLimiter, type Limiter } from '#app/channels/limiter.server.ts'
import type { Limit } from '#app/channels/bucket.ts'
import { transaction } from '#app/db.server.ts'
import { handlers, timed } from '#app/handlers.server.ts'
import { present } from '#app/kernel/assert.ts'
import { TryAgain } from '#app/kernel/outage.ts'
import type { Clock, Random } from '#app/kernel/clock.ts'
import type { RunTransaction, Sql } from '#app/kernel/sql.ts'
import { accountById, accountsOf, type Account } from '#app/merchant/account.server.ts'
import { inProcessQueue } from '#app/queue/in-process.ts'
import { accountStep, accountSweep } from '#app/sync/account-step.server.ts'
import type { AnyOutbox, Handlers } from '#app/queue/fact.ts'
import type { Facts, Sync } from '#app/sync/facts.ts'
import { runTimed } from '#app/sync/time-passes.server.ts'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

/** How the road reaches a channel: its connector on the sandbox, and the limits that hold for it. */
export type ChannelDoor = { limits: Limit[]; open: (account: Account, limiter: Pick<Limiter, 'run'>) => Connector }

/** A process that may end at any moment, for those who let it: all that it does in the world goes through here. */
export type Mortal = {
  db: Sql
  run: RunTransaction
  /** The facts that outlive it are noted on their way into the queue, and crossed out when they have been dealt with. */
  keeping(outbox: AnyOutbox): AnyOutbox
  around(handlers: Handlers<Facts>): Handlers<Facts>
  /** the order in which work that is due together is taken */
  random: Random
}

export type RoadOptions = {
  pool: pg.Pool
  /** virtual: nothing may wait for it */
  clock: Clock
  mortal?: Mortal
  /** by channel */
  doors: Record<string, ChannelDoor>
  /** false: nothing is published, to see what breaks */
  publishing?: boolean
  onMistake?: (error: Error) => void
}

/** The whole road of a sale in one process, on a virtual clock: the app's own code between the sandboxes. */
export type Road = {
  sync: Sync
  opened(account: Account): Promise<{ connector: Connector; limiter: Limiter }>
  /** Something changed for the merchant: its accounts look at it, at this moment of the clock. */
  kick(merchantId: number): void
  sweep(merchantId: number): Promise<void>
  /** Since when each account waits for its rate limit; accounts that do not wait are missing. */
  waiting: Map<number, Date>
  /** Facts that wait or are being worked on. */
  queued(): number
  close(): Promise<void>
}

export function openRoad({ pool, clock, doors, publishing = true, onMistake, mortal }: RoadOptions): Road {
  const db = mortal?.db ?? pool
  const opened = new Map<number, Promise<{ connector: Connector; limiter: Limiter }>>()
  const open = (account: Account) => {
    const known =
      opened.get(account.id) ?? openAccount(account, present(doors[account.channel], account.channel), clock)
    opened.set(account.id, known)
    return known
  }
  // The handlers need the sync, the sync the queue, the queue the handlers: the queue asks for them when it runs.
  const later = {} as { sync: Sync; kick: (merchantId: number) => void }
  const queue = inProcessQueue({
    handlers: (mortal?.around ?? same)(
      kicking(
        () => handlers(later.sync, { open, giveBack: async () => {} }),
        (merchantId) => later.kick(merchantId),
      ),
    ),
    clock,
    ...(mortal && { random: mortal.random }),
    onGiveUp: ({ error }) => {
      throw error
    },
    onMistake: ({ error }) => {
      onMistake?.(error)
      throw error
    },
  })
  const sync: Sync = {
    db,
    inTransaction: queue.bind(mortal?.run ?? ((work) => transaction(pool, work))),
    outbox: (mortal?.keeping ?? same)(queue.outbox),
    clock,
  }
  later.sync = sync
  const rounds = roundsOf({ sync, clock, open, publishing, sparing: mortal !== undefined })
  const { kick } = rounds
  later.kick = kick
  return {
    sync,
    opened: open,
    kick,
    waiting: rounds.waiting,
    queued: () => queue.size(),
    async sweep(merchantId) {
      // As each account has a loop of its own, one that does not answer keeps none of the others.
      let outage: TryAgain | undefined
      for (const account of await accountsOf(db, merchantId)) {
        const { connector } = await open(account)
        await accountSweep({ sync, account, connector, waitMs: () => 0 }).catch((error: unknown) => {
          if (!(error instanceof TryAgain)) throw error
          outage = error
        })
      }
      kick(merchantId)
      if (outage) throw outage
    },
    async close() {
      for (const one of opened.values()) await (await one).limiter.close()
    },
  }
}

const same = <T>(one: T): T => one

type Rounds = {
  sync: Sync
  clock: Clock
  open: (account: Account) => Promise<{ connector: Connector; limiter: Limiter }>
  publishing: boolean
  /** Rounds that would find nothing are left out, and what time brings is not looked at after everything that happens. */
  sparing: boolean
}

/** The rounds of all accounts: planned on the clock, each account one at a time. */
function roundsOf({ sync, clock, open, publishing, sparing }: Rounds) {
  const waiting = new Map<number, Date>()
  const planned = new Map<number, number>()
  const plan = (accountId: number, ms: number) => {
    const at = clock.now().getTime() + ms
    if ((planned.get(accountId) ?? Infinity) <= at) return
    planned.set(accountId, at)
    clock.after(ms, async () => {
      if (planned.get(accountId) !== at) return
      planned.delete(accountId)
      await round(accountId)
    })
  }
  const noteWaiting = (accountId: number, waits: boolean) => {
    if (!waits) waiting.delete(accountId)
    else if (!waiting.has(accountId)) waiting.set(accountId, clock.now())
  }
  const time = timeOn(sync, { kick: (merchantId) => kick(merchantId), leastMs: sparing ? LOOKS_EVERY_MS : 0 })
  const kicked = new Set<number>()
  const kick = (merchantId: number) => {
    if (sparing && kicked.has(merchantId)) return
    kicked.add(merchantId)
    clock.after(0, async () => {
      kicked.delete(merchantId)
      for (const { id, works } of await lookAt(sync, merchantId, { sparing })) {
        if (works) plan(id, 0)
        else noteWaiting(id, false)
      }
      await time(merchantId)
    })
  }
  async function round(accountId: number): Promise<void> {
    const account = await accountById(sync.db, accountId)
    if (!account || account.status !== 'open' || !publishing) return
    const { connector, limiter } = await open(account)
    try {
      const openOther = async (other: Account) => (await open(other)).connector
      const step = await accountStep({ sync, account, connector, waitMs: limiter.waitMs, openOther })
      noteWaiting(accountId, step.waits)
      if (step.news > 0) kick(account.merchantId)
      if (step.againMs !== null) plan(accountId, Math.ceil(step.againMs))
    } catch (error) {
      if (!(error instanceof TryAgain)) throw error
      noteWaiting(accountId, true)
      plan(accountId, Math.max(1, error.afterMs))
    }
  }
  return { waiting, kick }
}

// The workers look every second; what is planned is done at its time here too, and looking is a third of all that is asked.
const LOOKS_EVERY_MS = 10_000

/** What time brings, run whenever something changed, though not within `leastMs` again, and whenever something is due. */
function timeOn({ clock, ...rest }: Sync, { kick, leastMs }: { kick: (merchantId: number) => void; leastMs: number }) {
  const works = timed({ clock, ...rest })
  let [planned, last] = [Infinity, -Infinity]
  const plan = (merchantId: number, at: number) => {
    if (at >= planned) return
    planned = at
    clock.after(at - clock.now().getTime(), () => {
      if (planned !== at) return
      planned = Infinity
      kick(merchantId)
    })
  }
  return async function time(merchantId: number): Promise<void> {
    const now = clock.now().getTime()
    if (now - last < leastMs) return plan(merchantId, last + leastMs)
    last = now
    const next = await runTimed(works, (_, error) => {
      throw error
    })
    plan(merchantId, next ? Math.max(next.getTime(), clock.now().getTime() + 1) : Infinity)
  }
}

type Looked = { id: number; works: boolean }

// What a round begins with (sync/account-step.server.ts): without any of these it would find nothing to do.
const WORKS = `EXISTS (SELECT FROM stock_changed s WHERE s.merchant_id = $1) OR a.read_owed
  OR EXISTS (SELECT FROM listing_due d WHERE d.account_id = a.id) OR EXISTS (SELECT FROM mirror_due d WHERE d.account_id = a.id)
  OR EXISTS (SELECT FROM rules_behind b WHERE b.merchant_id = $1 AND b.account_id = a.id)`

/** A merchant's accounts, and of which a round may have something to do. */
async function lookAt({ db }: Sync, merchantId: number, { sparing }: { sparing: boolean }): Promise<Looked[]> {
  const text = `SELECT a.id, ${sparing ? WORKS : 'true'} AS works FROM channel_account a WHERE a.merchant_id = $1 ORDER BY a.id`
  return (await db.query<Looked>({ name: sparing ? 'who-works' : 'all-work', text, values: [merchantId] })).rows
}

// On a virtual clock nobody may wait for time to pass: a call that would have to is sent away, and the work comes again.
async function openAccount(account: Account, door: ChannelDoor, clock: Clock) {
  const limiter = await openLimiter({ limits: door.limits, concurrency: 8, clock, log: SILENT })
  const impatient: Pick<Limiter, 'run'> = { run: (call, send) => limiter.run({ ...call, patienceMs: 0 }, send) }
  return { connector: door.open(account, impatient), limiter }
}

function kicking(inner: () => Handlers<Facts>, kick: (merchantId: number) => void): Handlers<Facts> {
  return {
    async 'order-received'(payload, context) {
      await inner()['order-received'](payload, context)
      kick(payload.merchantId)
    },
    async 'thing-changed'(payload, context) {
      await inner()['thing-changed'](payload, context)
      kick(payload.merchantId)
    },
    async 'places-changed'(payload, context) {
      await inner()['places-changed'](payload, context)
      kick(payload.merchantId)
    },
    async 'mapping-asked'(payload, context) {
      await inner()['mapping-asked'](payload, context)
      kick(payload.merchantId)
    },
    async 'place-settles'(payload, context) {
      await inner()['place-settles'](payload, context)
      kick(payload.merchantId)
    },
    async 'account-connected'(payload, context) {
      await inner()['account-connected'](payload, context)
      kick(payload.merchantId)
    },
    'account-left': (payload, context) => inner()['account-left'](payload, context),
    'preview-asked': (payload, context) => inner()['preview-asked'](payload, context),
  }
}
