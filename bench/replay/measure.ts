import { present } from '#app/kernel/assert.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import type { Tally } from './play.ts'
import type { Stage } from './stage.ts'

/** What the app's rows and the channels say once everything is quiet. */
export type Measured = {
  /** accepted lines that left no trace in the ledger or as a shortfall */
  lost: number
  ledgerBalanced: boolean
  converged: boolean
  driftListings: number
  lagMs: { p50: number; p95: number; max: number }
  publishes: number
  throttled: number
}

const HOUR_MS = 3_600_000
const DAYS_OF_PATIENCE = 60
const ETSY_CAP = 999

/** Lets time pass until nothing is due and nothing waits; at most 60 days, for channels with a daily limit. */
export async function settle({ world, clock }: Stage): Promise<void> {
  const text =
    'SELECT (SELECT count(*) FROM listing_due) + (SELECT count(*) FROM mirror_due) + (SELECT count(*) FROM stock_changed) AS n'
  for (let hours = 0; hours < 24 * DAYS_OF_PATIENCE; hours += 1) {
    await clock.runTo(new Date(clock.now().getTime() + HOUR_MS))
    const { rows } = await world.road.sync.db.query<{ n: number }>({ text })
    if (Number(rows[0]?.n) === 0 && world.road.queued() === 0) return
  }
}

export async function measure(stage: Stage, { tally, since }: { tally: Tally; since: Date }): Promise<Measured> {
  const { world } = stage
  const db = world.road.sync.db
  const drift = await verifyLedger(db, world.merchantId)
  const driftListings = await listingsOff(stage)
  return {
    lost: tally.acceptedLines - (await bookedLines(db, since)),
    ledgerBalanced: drift.length === 0 && (await stockAddsUp(db, world.merchantId)),
    converged: driftListings === 0,
    driftListings,
    lagMs: await lags(db, since),
    publishes: await one(db, 'SELECT count(*)::int AS n FROM publication WHERE sent_at >= $1', [since]),
    throttled: world.throttled(),
  }
}

async function one(db: Sql, text: string, values: unknown[]): Promise<number> {
  return Number(present((await db.query<{ n: number }>({ text, values })).rows[0], 'the count').n)
}

const bookedLines = (db: Sql, since: Date) =>
  one(
    db,
    `SELECT count(DISTINCT e.line_id)::int AS n FROM order_effect e
    JOIN order_line l ON l.merchant_id = e.merchant_id AND l.id = e.line_id
    JOIN channel_order o ON o.merchant_id = l.merchant_id AND o.id = l.order_id
    WHERE e.transition IN ('reserve', 'short') AND o.placed_at >= $1`,
    [since],
  )

// What came in from outside and what the orders hold account for every piece there is.
async function stockAddsUp(db: Sql, merchantId: number): Promise<boolean> {
  const text = `SELECT (SELECT COALESCE(sum(available + reserved), 0) FROM balance WHERE merchant_id = $1)
      - (SELECT COALESCE(sum(quantity), 0) FROM movement WHERE merchant_id = $1 AND from_state = 'opening') AS n`
  const unheld = `SELECT (SELECT COALESCE(sum(reserved), 0) FROM balance WHERE merchant_id = $1)
      - (SELECT COALESCE(sum(reserved), 0) FROM order_line WHERE merchant_id = $1) AS n`
  return (await one(db, text, [merchantId])) === 0 && (await one(db, unheld, [merchantId])) === 0
}

async function listingsOff({ world, markets }: Stage): Promise<number> {
  const text = `SELECT i.sku, COALESCE(sum(b.available), 0)::int AS available FROM item i
    LEFT JOIN balance b ON b.merchant_id = i.merchant_id AND b.item_id = i.id WHERE i.merchant_id = $1 GROUP BY i.id, i.sku`
  const { rows } = await world.road.sync.db.query<{ sku: string; available: number }>({
    text,
    values: [world.merchantId],
  })
  let off = 0
  for (const [channel, market] of markets) {
    const most = channel === 'etsy' ? ETSY_CAP : Infinity
    off += rows.filter(({ sku, available }) => market.shown(sku) !== Math.min(most, available)).length
  }
  return off
}

async function lags(db: Sql, since: Date): Promise<Measured['lagMs']> {
  const text = `SELECT COALESCE(percentile_disc(0.5) WITHIN GROUP (ORDER BY ms), 0) AS p50,
      COALESCE(percentile_disc(0.95) WITHIN GROUP (ORDER BY ms), 0) AS p95, COALESCE(max(ms), 0) AS max
    FROM (SELECT (extract(epoch FROM answered_at - since) * 1000)::int AS ms FROM publication
      WHERE outcome = 'accepted' AND sent_at >= $1) lag`
  const { rows } = await db.query<Measured['lagMs']>({ text, values: [since] })
  const { p50, p95, max } = present(rows[0], 'the lag')
  return { p50: Number(p50), p95: Number(p95), max: Number(max) }
}
