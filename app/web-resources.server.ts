import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '@prisma/client'
import type pg from 'pg'
import { type Channels, openChannels } from './channel-process.server.ts'
import { listenForChanges, type Changes } from './changes.server.ts'
import { openPool, transaction } from './db.server.ts'
import { env } from './env.server.ts'
import { systemClock } from './kernel/system-clock.server.ts'
import { log } from './log.server.ts'
import { openSealer, type Sealer } from './merchant/sealed.server.ts'
import { graphileOutbox } from './queue/graphile-outbox.server.ts'
import type { Sync } from './sync/facts.ts'

// What a web process has one of. Two pools would be twice the connections, and two ears twice the noise.

/** The process's connections to the database. */
export const pool: pg.Pool = openPool(env().DATABASE_URL)

/** Prisma, on the same connections. */
export const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })

/** News of changes, for live pages. */
export const changes: Changes = listenForChanges({ connectionString: env().DATABASE_URL, clock: systemClock, log })

/** What the sync works with. */
export const sync: Sync = {
  db: pool,
  inTransaction: (work) => transaction(pool, work),
  outbox: graphileOutbox,
  clock: systemClock,
}

/** For tokens and other secrets that we keep. */
export const sealer: Sealer = openSealer([Buffer.from(env().CREDENTIALS_KEY, 'base64')])

/** The channels, for who connects one and for their news. */
export const channels: Channels = openChannels({ env: env(), sync, sealer, log })
