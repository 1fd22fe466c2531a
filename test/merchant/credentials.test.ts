import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPool, transaction } from '#app/db.server.ts'
import { GiveUp, TryAgain } from '#app/kernel/outage.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import {
  type OAuthCredentials,
  accountTokens,
  readCredentials,
  writeCredentials,
} from '#app/merchant/credentials.server.ts'
import { openSealer } from '#app/merchant/sealed.server.ts'
import { type FreshDatabase, freshDatabase } from '#test/support/database.ts'

const START = new Date('2026-03-01T10:00:00Z')
const sealer = openSealer([new Uint8Array(32).fill(7)])

let database: FreshDatabase
let account: { merchantId: number; id: number }

beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

let shops = 0
beforeEach(async () => {
  const merchant = `INSERT INTO merchant (name, time_zone, currency, created_at) VALUES ('Adler', 'UTC', 'USD', $1) RETURNING id`
  const { rows } = await database.pool.query<{ id: number }>(merchant, [START])
  const text = `INSERT INTO channel_account (merchant_id, channel, external_id, name, status, connected_at)
    VALUES ($1, 'etsy', $2, 'Adler', 'open', $3) RETURNING merchant_id AS "merchantId", id`
  account = (await database.pool.query(text, [rows[0]!.id, `shop-${++shops}`, START])).rows[0]
})

const minutes = (n: number): Date => new Date(START.getTime() + n * 60_000)
const credentials = (n: number, expiresAt = minutes(60)): OAuthCredentials => ({
  accessToken: `access-${n}`,
  refreshToken: `refresh-${n}`,
  expiresAt,
})

/** A channel that gives tokens numbered on from those it is shown, and takes each refresh token once. */
function channel({ hold }: { hold?: Promise<void> } = {}) {
  const spent: string[] = []
  return {
    spent,
    async refresh(refreshToken: string): Promise<OAuthCredentials> {
      await hold
      if (spent.includes(refreshToken)) throw new GiveUp('refresh_token is revoked')
      spent.push(refreshToken)
      return credentials(Number(refreshToken.split('-')[1]) + 1, minutes(120))
    },
  }
}

type Refresh = (refreshToken: string) => Promise<OAuthCredentials>

/** The tokens as one process has them. */
const tokensIn = (pool: FreshDatabase['pool'], clock: VirtualClock, refresh: Refresh) =>
  accountTokens({ inTransaction: (work) => transaction(pool, work), sealer, clock, account, refresh })

const keep = (kept: OAuthCredentials | null) => writeCredentials(database.pool, sealer, { account, credentials: kept })
const kept = () => readCredentials(database.pool, sealer, account)

describe('credentials', () => {
  test('are kept sealed, and read as they were', async () => {
    await keep(credentials(1))
    expect(await kept()).toEqual(credentials(1))
    const { rows } = await database.pool.query('SELECT credentials FROM channel_account WHERE id = $1', [account.id])
    expect(JSON.stringify(rows)).not.toMatch(/access-1|refresh-1/)
  })

  test('of one account are not those of another, though its row is copied', async () => {
    await keep(credentials(1))
    const text = `INSERT INTO channel_account (merchant_id, channel, external_id, name, status, connected_at, credentials)
      SELECT merchant_id, channel, 'copied', name, status, connected_at, credentials FROM channel_account WHERE id = $1 RETURNING id`
    const { rows } = await database.pool.query<{ id: number }>(text, [account.id])
    await expect(readCredentials(database.pool, sealer, { ...account, id: rows[0]!.id })).rejects.toThrow(
      'does not open',
    )
  })

  test('can be forgotten', async () => {
    await keep(credentials(1))
    await keep(null)
    expect(await kept()).toBeNull()
    const tokens = tokensIn(database.pool, new VirtualClock(START), channel().refresh)
    await expect(tokens.accessToken()).rejects.toBeInstanceOf(GiveUp)
  })
})

describe('an access token', () => {
  test('that is good is used without asking anybody', async () => {
    await keep(credentials(1))
    const { refresh, spent } = channel()
    const tokens = tokensIn(database.pool, new VirtualClock(START), refresh)
    expect([await tokens.accessToken(), await tokens.accessToken()]).toEqual(['access-1', 'access-1'])
    expect(spent).toEqual([])
  })

  test('is replaced two minutes before it ends, and the new one is kept', async () => {
    await keep(credentials(1))
    const { refresh } = channel()
    const clock = new VirtualClock(START)
    const tokens = tokensIn(database.pool, clock, refresh)
    await clock.runTo(minutes(57))
    expect(await tokens.accessToken()).toBe('access-1')
    await clock.runTo(minutes(58))
    expect(await tokens.accessToken()).toBe('access-2')
    expect(await kept()).toMatchObject({ accessToken: 'access-2', refreshToken: 'refresh-2' })
  })

  test('that was refused is replaced, though it has not ended', async () => {
    await keep(credentials(1))
    const tokens = tokensIn(database.pool, new VirtualClock(START), channel().refresh)
    await tokens.accessToken()
    await tokens.refused()
    expect(await tokens.accessToken()).toBe('access-2')
  })

  test('that another process has replaced is taken from it', async () => {
    await keep(credentials(1))
    const { refresh, spent } = channel()
    const clock = new VirtualClock(START)
    const [here, there] = [tokensIn(database.pool, clock, refresh), tokensIn(database.pool, clock, refresh)]
    await Promise.all([here.accessToken(), there.accessToken()])
    await here.refused()
    await there.refused()
    expect(await there.accessToken()).toBe('access-2')
    expect(spent).toEqual(['refresh-1'])
  })
})

describe('a refresh', () => {
  test('happens once, though ten callers in each of two processes ask at once', async () => {
    await keep(credentials(1, minutes(1)))
    let letGo = () => {}
    const { refresh, spent } = channel({ hold: new Promise((resolve) => (letGo = resolve)) })
    const clock = new VirtualClock(START)
    const pools = [openPool(database.url), openPool(database.url)]
    const processes = pools.map((pool) => tokensIn(pool, clock, refresh))
    const asked = processes.flatMap((tokens) => Array.from({ length: 10 }, () => tokens.accessToken()))
    await waiting(2)
    letGo()
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['access-2']))
    expect(spent).toEqual(['refresh-1'])
    await Promise.all(pools.map((pool) => pool.end()))
  })

  test('that fails changes nothing, and the next caller tries again', async () => {
    await keep(credentials(1, minutes(1)))
    const { refresh } = channel()
    let down = true
    const tokens = tokensIn(database.pool, new VirtualClock(START), (refreshToken) => {
      if (down) throw new TryAgain(5_000, 'The channel is down.')
      return refresh(refreshToken)
    })
    await expect(tokens.accessToken()).rejects.toBeInstanceOf(TryAgain)
    expect(await kept()).toMatchObject({ accessToken: 'access-1' })
    down = false
    expect(await tokens.accessToken()).toBe('access-2')
  })

  test('does not hold up an event of the account on its way into the inbox', async () => {
    await keep(credentials(1, minutes(1)))
    let letGo = () => {}
    const { refresh } = channel({ hold: new Promise((resolve) => (letGo = resolve)) })
    const token = tokensIn(database.pool, new VirtualClock(START), refresh).accessToken()
    await waiting(1)
    const text = `INSERT INTO inbox_event (merchant_id, account_id, event_id, topic, subject, occurred_at, received_at)
      VALUES ($1, $2, 'msg', 'order.paid', '1', $3, $3)`
    await database.pool.query(text, [account.merchantId, account.id, START])
    letGo()
    expect(await token).toBe('access-2')
  })
})

/** Until so many sessions hold the account's row or wait for it. */
async function waiting(sessions: number): Promise<void> {
  const text = `SELECT count(*)::int AS n FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE '%FOR NO KEY UPDATE%' AND pid <> pg_backend_pid()
      AND state IN ('active', 'idle in transaction')`
  for (;;) {
    const { rows } = await database.pool.query<{ n: number }>(text)
    if (rows[0]!.n >= sessions) return
  }
}
