import { openPool, transaction } from '#app/db.server.ts'
import { present } from '#app/kernel/assert.ts'
import { isRefusal } from '#app/kernel/refusal.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { rulesAt, rulesVersionSql } from '#app/pool/rules.server.ts'
import type { Sync } from '#app/sync/facts.ts'
import { askPreview, carryOutPreview } from '#app/sync/rule-change.server.ts'
import { numbersIn } from '#app/sync/rule-numbers.server.ts'
import { runPreview, toldChannels } from '#app/sync/rule-preview.server.ts'
import type { Bench } from './choices.ts'
import { rounded } from './distribution.ts'
import { loadManyItems } from './many-items.ts'
import { ownDatabase } from './own-database.ts'

/** docs/benchmarks.md says what each field is. */
export type RecomputeReport = {
  name: 'recompute'
  items: number
  channels: number
  wallMs: number
  previewMs: number
  numbers: number
  changed: number
  due: number
}

const USUAL_ITEMS = 100_000
const CHANNELS = 6
const ITEMS_A_STEP = 5_000
const NO_OUTBOX = { record: () => Promise.resolve() }

/** What a rule for a whole shop costs: until every number has been computed anew and is known to be due. */
export async function measureRecompute({ items = USUAL_ITEMS, say }: Bench): Promise<RecomputeReport> {
  const database = await ownDatabase('recompute')
  const db = openPool(database.url, { max: 4, settings: '-c transaction_timeout=0' })
  try {
    const { merchantId } = await loadManyItems(db, { items, channels: CHANNELS, at: systemClock.now() })
    say(`loaded: ${items} items on ${CHANNELS} channels`)
    const sync: Sync = { db, inTransaction: (work) => transaction(db, work), outbox: NO_OUTBOX, clock: systemClock }
    const { previewId, previewMs } = await look(sync, merchantId)
    say(`previewed in ${rounded(previewMs)} ms`)
    const began = performance.now()
    const saved = await carryOutPreview(sync, { merchantId, actor: 'person/1' }, { previewId, change: 'save' })
    if (isRefusal(saved)) throw new Error(saved.sentence)
    const { numbers, changed } = await recomputeAll(sync, merchantId)
    const due = await dueNow(db, merchantId)
    const wallMs = rounded(performance.now() - began)
    return {
      name: 'recompute',
      items,
      channels: CHANNELS,
      wallMs,
      previewMs: rounded(previewMs),
      numbers,
      changed,
      due,
    }
  } finally {
    await db.end()
    await database.drop()
  }
}

const EVERYTHING = { accountId: null, itemId: null, category: null }

async function look(sync: Sync, merchantId: number): Promise<{ previewId: number; previewMs: number }> {
  const draft = { ...EVERYTHING, kind: 'safety_stock' as const, quantity: 1, low: null, slowMs: null, places: [] }
  const wanted = { ...draft, from: null, until: null, remarkId: null, ownerId: null, reviewOn: null }
  const began = performance.now()
  const asked = await askPreview(
    sync,
    { merchantId, actor: 'person/1' },
    { change: 'save', ruleId: null, draft: wanted },
  )
  if (isRefusal(asked)) throw new Error(asked.sentence)
  await runPreview(sync, { merchantId, ...asked })
  return { ...asked, previewMs: performance.now() - began }
}

/** Every number by the rules as they stand now, beside what it was without them. */
async function recomputeAll({ db, clock }: Sync, merchantId: number): Promise<{ numbers: number; changed: number }> {
  const at = clock.now()
  const after = await rulesAt(db, merchantId, at)
  const channels = await toldChannels(db, merchantId)
  const computing = {
    merchantId,
    before: [],
    after,
    scope: EVERYTHING,
    channels,
    at,
    afterItem: 0,
    atOnce: ITEMS_A_STEP,
  }
  const sum = { numbers: 0, changed: 0 }
  for await (const { numbers, changes } of numbersIn(db, computing)) {
    sum.numbers += numbers
    sum.changed += changes.length
  }
  return sum
}

/** How many listings are due, as it is derived from the rows. */
async function dueNow(db: Sql, merchantId: number): Promise<number> {
  const version = rulesVersionSql({
    merchant: '$1',
    account: 's.account_id',
    item: 'NULL::int',
    category: 's.category',
  })
  // The version of each scope of several items once; there are no rules for single items here.
  const text = `WITH scope AS MATERIALIZED (
      SELECT s.*, ${version} AS version FROM (
        SELECT a.id AS account_id, c.category FROM channel_account a,
          (SELECT DISTINCT category FROM item WHERE merchant_id = $1) c WHERE a.merchant_id = $1) s
    )
    SELECT count(*)::int AS n FROM listing l JOIN item i ON i.merchant_id = $1 AND i.id = l.item_id
    JOIN scope s ON s.account_id = l.account_id AND s.category = i.category
    WHERE l.merchant_id = $1 AND l.published_rules < s.version`
  return present((await db.query<{ n: number }>({ text, values: [merchantId] })).rows[0], 'a count').n
}
