import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '@prisma/client'
import { channelAccounts } from './channel-accounts.server.ts'
import { listenForChanges } from './changes.server.ts'
import { ownAccounts } from './channels/account-owner.server.ts'
import { openPool, transaction } from './db.server.ts'
import { env as readEnv } from './env.server.ts'
import { handlers, timed } from './handlers.server.ts'
import { present } from './kernel/assert.ts'
import { systemClock, systemRandom } from './kernel/system-clock.server.ts'
import { log } from './log.server.ts'
import { type Account, accountById, workingAccounts } from './merchant/account.server.ts'
import { openSealer } from './merchant/sealed.server.ts'
import { graphileOutbox } from './queue/graphile-outbox.server.ts'
import { startGraphileWorker } from './queue/graphile.server.ts'
import { keepWorking } from './queue/keep-working.server.ts'
import { sessionStorage } from './session-storage.server.ts'
import { workFor } from './sync/account-loop.server.ts'
import type { Sync } from './sync/facts.ts'
import { timePasses } from './sync/time-passes.server.ts'
import { STOCK_CHANNEL } from './sync/wake.server.ts'

// Background work: facts from the queue, and a loop for every channel account that this process owns.

// A fact is mostly the wait for a channel's answer.
const CONCURRENCY = 10
const SWEEP_EVERY_MS = 60_000

const env = readEnv()
const connectionString = env.DATABASE_URL
const pool = openPool(connectionString, { max: 16 })
const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
const sealer = openSealer([Buffer.from(env.CREDENTIALS_KEY, 'base64')])
const sync: Sync = {
  db: pool,
  inTransaction: (work) => transaction(pool, work),
  outbox: graphileOutbox,
  clock: systemClock,
}
const accounts = channelAccounts({ env, sync, sealer, sessions: sessionStorage(prisma, sealer), log })
const stock = listenForChanges({ connectionString, clock: systemClock, log, channel: STOCK_CHANNEL })

const queue = await keepWorking({
  start: () =>
    startGraphileWorker({
      connectionString,
      handlers: handlers(sync, accounts),
      concurrency: CONCURRENCY,
      onGiveUp: ({ name, payload, error }) =>
        log.error({ err: error, fact: name, payload }, 'A fact could not be dealt with.'),
      clock: systemClock,
      log,
    }),
  clock: systemClock,
  log,
})

const owners = ownAccounts({
  connectionString,
  listAccounts: async () => (await workingAccounts(pool)).map(String),
  async onOwn(id, signal) {
    const account = present(await accountById(pool, Number(id)), `account ${id}`)
    const { connector, limiter } = await accounts.open(account)
    const openOther = async (other: Account) => (await accounts.open(other)).connector
    const open = { sync, account, connector, waitMs: limiter.waitMs, openOther }
    await workFor({ open, log, changed, sweepEveryMs: SWEEP_EVERY_MS }, signal)
  },
  clock: systemClock,
  random: systemRandom,
  log,
})

function changed(merchantId: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stop()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const stop = stock.subscribe(merchantId, done)
    signal.addEventListener('abort', done)
  })
}

const ending = new AbortController()
const time = timePasses({ works: timed(sync), clock: systemClock, log }, ending.signal)

let stopping: Promise<void> | undefined
async function stop(): Promise<void> {
  ending.abort()
  await Promise.all([queue.stop(), owners.stop(), time])
  await accounts.close()
  await stock.close()
  await pool.end()
  // Listening for the launcher's end keeps the channel to it open, and that would keep this process.
  if (process.connected) process.disconnect()
}
const stopOnce = () => (stopping ??= stop())

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stopOnce())
process.once('disconnect', () => void stopOnce())
process.stdout.write('worker ready\n')
