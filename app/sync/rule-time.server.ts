import { present } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'
import { accountsOf } from '../merchant/account.server.ts'
import { keepCheckpoints } from '../pool/balance-at.server.ts'
import { countChange } from '../pool/rule-history.server.ts'
import { readScope, type Rule } from '../pool/rule.ts'
import { rulesAt } from '../pool/rules.server.ts'
import { STOCKED_CHANNELS } from '../channels/registry.ts'
import type { Sync } from './facts.ts'
import { lagOf } from './lag.server.ts'
import { rulesOfScopeChanged } from './rule-change.server.ts'
import { keepBuffers } from './rule-buffer.server.ts'
import type { Timed } from './time-passes.server.ts'
import { wake } from './wake.server.ts'

const FACTS_EVERY_MS = 10_000
const BUFFERS_EVERY_MS = 15_000
const CHECKPOINTS_EVERY_MS = 86_400_000
const MERCHANTS_AT_ONCE = 20

/** What time brings to rules: schedules begin and end, channels become slow, stock comes to where some is kept back. */
export const ruleTimes = (sync: Sync): Timed[] => [
  { name: 'rule schedules', run: () => dueMerchants(sync, 'boundary_at', (merchantId) => boundary(sync, merchantId)) },
  {
    name: 'channel facts',
    run: () => dueMerchants(sync, 'facts_at', (merchantId) => lookAtChannels(sync, merchantId)),
  },
  {
    name: 'rule buffers',
    run: () => dueMerchants(sync, 'buffers_at', (merchantId) => lookAtBuffers(sync, merchantId)),
  },
  { name: 'checkpoints', run: () => checkpoints(sync) },
]

type Column = 'boundary_at' | 'facts_at' | 'buffers_at'

/** Does it for the merchants it is due for. Returns when it is due next for any. */
async function dueMerchants({ db, clock }: Sync, column: Column, work: (merchantId: number) => Promise<void>) {
  const text = `SELECT merchant_id AS id FROM rules_state WHERE ${column} <= $1 ORDER BY ${column} LIMIT ${MERCHANTS_AT_ONCE}`
  const { rows } = await db.query<{ id: number }>({ name: `due ${column}`, text, values: [clock.now()] })
  for (const { id } of rows) await work(id)
  const next = `SELECT min(${column}) AS at FROM rules_state WHERE ${column} IS NOT NULL`
  return (await db.query<{ at: Date | null }>({ name: `next ${column}`, text: next })).rows[0]?.at ?? null
}

/** Takes a merchant's turn, unless another process has it or it is not due any more. It stays taken until the end. */
async function takeTurn(
  tx: Sql,
  merchantId: number,
  { column, at }: { column: Column; at: Date },
): Promise<Date | null> {
  const text = `SELECT ${column} AS at FROM rules_state WHERE merchant_id = $1 AND ${column} <= $2 FOR UPDATE SKIP LOCKED`
  return (await tx.query<{ at: Date }>({ text, values: [merchantId, at] })).rows[0]?.at ?? null
}

async function boundary(sync: Sync, merchantId: number): Promise<void> {
  const at = sync.clock.now()
  await sync.inTransaction(async (tx) => {
    const since = await takeTurn(tx, merchantId, { column: 'boundary_at', at })
    if (!since) return
    const rules = await rulesAt(tx, merchantId, at)
    const turned = rules.filter((rule) => turns(rule, { after: new Date(since.getTime() - 1), at }))
    for (const { scope } of turned) await rulesOfScopeChanged(tx, { merchantId, at }, readScope(scope))
    // With nothing that turned (it was ended meanwhile) the next boundary is found out all the same.
    if (turned.length === 0) await countChange(tx, merchantId, { scopes: [], at })
  })
  await wake(sync.db, merchantId)
}

const turns = (rule: Rule, { after, at }: { after: Date; at: Date }): boolean =>
  [rule.from, rule.until].some(
    (edge) => edge !== null && Date.parse(edge) > after.getTime() && Date.parse(edge) <= at.getTime(),
  )

/** Notes how the channels are where a rule asks for it, and makes due what follows from a change. */
async function lookAtChannels(sync: Sync, merchantId: number): Promise<void> {
  const at = sync.clock.now()
  const changed = await sync.inTransaction(async (tx) => {
    if (!(await takeTurn(tx, merchantId, { column: 'facts_at', at }))) return false
    const next = new Date(at.getTime() + FACTS_EVERY_MS)
    const throttles = (await rulesAt(tx, merchantId, at)).filter((rule) => rule.kind === 'throttle')
    let changes = 0
    for (const { id, health, known } of await healthOf(tx, merchantId)) {
      const mine = throttles.filter(({ scope }) => [null, id].includes(readScope(scope).accountId))
      if (!mine.some((rule) => throttled(rule, health) !== throttled(rule, known))) continue
      const insert =
        'INSERT INTO channel_fact (merchant_id, account_id, at, p95_ms, healthy) VALUES ($1, $2, $3, $4, $5)'
      await tx.query({ text: insert, values: [merchantId, id, at, health.p95Ms, health.healthy] })
      for (const { scope } of mine)
        await rulesOfScopeChanged(tx, { merchantId, at }, { ...readScope(scope), accountId: id })
      changes += 1
    }
    const text = `UPDATE rules_state SET facts_at = CASE WHEN $3 THEN $2::timestamptz END WHERE merchant_id = $1`
    await tx.query({ text, values: [merchantId, next, throttles.length > 0] })
    return changes > 0
  })
  if (changed) await wake(sync.db, merchantId)
}

type Health = { p95Ms: number | null; healthy: boolean }

const throttled = ({ slowMs }: Rule, { p95Ms, healthy }: Health): boolean =>
  !healthy || (slowMs !== null && (p95Ms ?? 0) > slowMs)

async function healthOf(db: Sql, merchantId: number): Promise<{ id: number; health: Health; known: Health }[]> {
  const lags = await lagOf(db, merchantId)
  const text = `SELECT a.id, NOT EXISTS (SELECT FROM incident c WHERE c.merchant_id = $1 AND c.kind = 'channel-down'
      AND c.account_id = a.id AND c.closed_at IS NULL) AS healthy,
    (SELECT json_build_object('p95Ms', f.p95_ms, 'healthy', f.healthy) FROM channel_fact f
      WHERE f.merchant_id = $1 AND f.account_id = a.id ORDER BY f.at DESC LIMIT 1) AS known
    FROM channel_account a WHERE a.merchant_id = $1 AND a.status = 'open' AND a.channel <> ALL ($2::text[]) ORDER BY a.id`
  type Row = { id: number; healthy: boolean; known: Health | null }
  const { rows } = await db.query<Row>({ text, values: [merchantId, STOCKED_CHANNELS] })
  return rows.map(({ id, healthy, known }) => ({
    id,
    health: { p95Ms: lags.get(id)?.p95 ?? null, healthy },
    known: known ?? { p95Ms: null, healthy: true },
  }))
}

async function lookAtBuffers(sync: Sync, merchantId: number): Promise<void> {
  const at = sync.clock.now()
  const text = 'UPDATE rules_state SET buffers_at = $3 WHERE merchant_id = $1 AND buffers_at <= $2'
  const next = new Date(at.getTime() + BUFFERS_EVERY_MS)
  if ((await sync.db.query({ text, values: [merchantId, at, next] })).rowCount !== 1) return
  const stocked = (await accountsOf(sync.db, merchantId)).filter(
    ({ channel, openedAt }) => STOCKED_CHANNELS.includes(channel) && openedAt !== null,
  )
  for (const account of stocked) while ((await keepBuffers(sync, account)) > 0);
}

/** Once a day, for each merchant: the items that have moved much get a moment from which a past second is quickly told. */
async function checkpoints({ db, clock }: Sync): Promise<Date | null> {
  const now = clock.now()
  const begin = `INSERT INTO checkpoint_round (merchant_id, next_at) SELECT id, $1 FROM merchant m
    WHERE NOT EXISTS (SELECT FROM checkpoint_round r WHERE r.merchant_id = m.id) ON CONFLICT DO NOTHING`
  await db.query({ name: 'begin-checkpoints', text: begin, values: [new Date(now.getTime() + CHECKPOINTS_EVERY_MS)] })
  const take = `UPDATE checkpoint_round SET next_at = $2 WHERE merchant_id = (
    SELECT merchant_id FROM checkpoint_round WHERE next_at <= $1 ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING merchant_id AS id`
  const values = [now, new Date(now.getTime() + CHECKPOINTS_EVERY_MS)]
  const [merchant] = (await db.query<{ id: number }>({ name: 'take-checkpoints', text: take, values })).rows
  if (merchant) while ((await keepCheckpoints(db, merchant.id, { now })) > 0);
  const text = 'SELECT min(next_at) AS at FROM checkpoint_round'
  return present((await db.query<{ at: Date | null }>({ name: 'next-checkpoints', text })).rows[0], 'a minimum').at
}
