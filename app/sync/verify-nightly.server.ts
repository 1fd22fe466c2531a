import { present } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'
import { beginCheck, endCheck, stepCheck } from '../pool/books-check.server.ts'
import { type Drift, verifyNext } from '../pool/verify.server.ts'
import { itemCount, tellOfBooks } from './books.server.ts'
import type { Sync } from './facts.ts'

const AGAIN_IN_MS = 100
const APP = 'app'

// Between three and four in the night where the merchant is, not all at once: the next such moment after $1.
const QUIET = `(date_trunc('day', ($1::timestamptz AT TIME ZONE m.time_zone) - interval '3 hours')
  + interval '27 hours' + (m.id % 60) * interval '1 minute') AT TIME ZONE m.time_zone`

const BEGIN = `INSERT INTO books_round (merchant_id, next_at) SELECT m.id, ${QUIET} FROM merchant m
  WHERE NOT EXISTS (SELECT FROM books_round r WHERE r.merchant_id = m.id) ON CONFLICT DO NOTHING`

const TAKE = `SELECT merchant_id AS "merchantId", begun_at AS "begunAt", looked_at AS "lookedAt", items, wrong, example FROM books_round
  WHERE next_at <= $1 ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED`

const GO_ON = `UPDATE books_round SET begun_at = COALESCE(begun_at, $2), looked_at = $3, items = $4, wrong = $5, example = $6
  WHERE merchant_id = $1`

const END = `UPDATE books_round r SET next_at = ${QUIET}, begun_at = NULL, looked_at = 0, items = 0, wrong = 0, example = NULL
  FROM merchant m WHERE r.merchant_id = $2 AND m.id = $2`

type Round = {
  merchantId: number
  begunAt: Date | null
  lookedAt: number
  items: number
  wrong: number
  example: Drift | null
}

/**
 * Verifies every merchant's books once a day, at a quiet hour of theirs: some items at a time, so that nobody waits for
 * it, going on where it was stopped. A difference is an incident. Returns when there is something to do next.
 */
export async function verifyNightly(sync: Sync): Promise<Date | null> {
  const now = sync.clock.now()
  await sync.db.query({ name: 'begin-books-rounds', text: BEGIN, values: [now] })
  const step = await sync.inTransaction((tx) => nextStretch(tx, now))
  if (!step) {
    const text = 'SELECT min(next_at) AS at FROM books_round'
    return present((await sync.db.query<{ at: Date | null }>({ name: 'next-books', text })).rows[0], 'a minimum').at
  }
  if (step.isLast) await tellOfBooks(sync, { merchantId: step.merchantId, actor: APP }, step)
  return new Date(now.getTime() + AGAIN_IN_MS)
}

/** Looks at the next items of the merchant who is due; nobody else takes the same ones meanwhile. */
async function nextStretch(tx: Sql, now: Date): Promise<(Round & { isLast: boolean }) | undefined> {
  const [round] = (await tx.query<Round>({ name: 'take-books', text: TAKE, values: [now] })).rows
  if (!round) return undefined
  const { merchantId } = round
  const check = { merchantId, what: 'balances' as const }
  if (!round.begunAt) await beginCheck(tx, check, { actor: APP, total: await itemCount(tx, merchantId), at: now })
  const { upTo, drifts, isLast, ...found } = await verifyNext(tx, merchantId, round.lookedAt)
  const items = round.items + found.items
  const wrong = round.wrong + drifts.length
  const example = round.example ?? drifts[0] ?? null
  if (isLast) {
    await endCheck(tx, check, { wrong, at: now })
    await tx.query({ name: 'end-books', text: END, values: [now, merchantId] })
  } else {
    await stepCheck(tx, check, items)
    const values = [merchantId, now, upTo, items, wrong, example && JSON.stringify(example)]
    await tx.query({ name: 'go-on-books', text: GO_ON, values })
  }
  return { ...round, items, wrong, example, isLast }
}
