import { closeIncident, openIncident } from '../incidents/incident.server.ts'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { beginCheck, type CheckKey, endCheck, stepCheck } from '../pool/books-check.server.ts'
import { type BrokenSeal, checkSeals, sealCount } from '../pool/check-seals.server.ts'
import { rebuild } from '../pool/rebuild.server.ts'
import { type Drift, verifyLedger } from '../pool/verify.server.ts'
import { act } from './act.server.ts'
import type { Decider } from './decisions.server.ts'
import type { Sync } from './facts.ts'
import { tellPages } from './wake.server.ts'

const DIFFER = { kind: 'books-differ', subject: 'balances' } as const
const BROKEN = { kind: 'seal-broken', subject: 'seals' } as const

const counted = (n: number, one: string) => `${n} ${one}${n === 1 ? '' : 's'}`

/**
 * Folds the ledger and compares it with every balance. A difference is an incident; that there is none any more closes
 * it.
 */
export async function verifyBooks(sync: Sync, who: Decider): Promise<Drift[]> {
  const key: CheckKey = { merchantId: who.merchantId, what: 'balances' }
  const drifts = await watched(sync, key, {
    actor: who.actor,
    total: await itemCount(sync.db, who.merchantId),
    check: (onStep) => verifyLedger(sync.db, who.merchantId, onStep),
  })
  await tellOfBooks(sync, who, { wrong: drifts.length, example: drifts[0] ?? null })
  return drifts
}

/** What a check has found: a difference is an incident, and that there is none any more closes it. */
export async function tellOfBooks(sync: Sync, who: Decider, found: Found): Promise<void> {
  const [at, { merchantId }] = [sync.clock.now(), who]
  if (found.wrong > 0) {
    const sentence = await differSentence(sync.db, who, found)
    await openIncident(sync.db, { merchantId, ...DIFFER, sentence, at })
  } else await closeIncident(sync.db, { merchantId, ...DIFFER }, agreed(who, at))
  await tellPages(sync.db, merchantId)
}

/** How many balances differ, and one of them. */
export type Found = { wrong: number; example: Drift | null }

const agreed = ({ actor }: Decider, at: Date) => ({ actor, sentence: 'Every balance is what the ledger says.', at })

/** Brings what differs to what the ledger says. Returns what was mended; refuses where the ledger itself cannot be. */
export async function rebuildBooks(sync: Sync, who: Decider): Promise<Refusal | Drift[]> {
  const drifts = await verifyBooks(sync, who)
  if (drifts.length === 0) return []
  const itemIds = [...new Set(drifts.map(({ itemId }) => itemId))]
  const done = await act(sync, who, async (tx) => {
    const mended = await rebuild(tx, who.merchantId, itemIds)
    return isRefusal(mended) ? mended : { freed: itemIds, mended }
  })
  if (isRefusal(done)) return done
  const sentence = `${counted(done.mended.length, 'balance')} brought to what the ledger says.`
  await closeIncident(
    sync.db,
    { merchantId: who.merchantId, ...DIFFER },
    { actor: who.actor, sentence, at: sync.clock.now() },
  )
  // Looked at once more: that nothing is left is seen, not believed.
  await verifyBooks(sync, who)
  return done.mended
}

/** Computes every seal anew. A broken one is an incident that no later check closes: a person must say what it was. */
export async function verifySeals(sync: Sync, who: Decider): Promise<BrokenSeal[]> {
  const broken = await watched(
    sync,
    { merchantId: who.merchantId, what: 'seals' },
    {
      actor: who.actor,
      total: await sealCount(sync.db, who.merchantId),
      check: (onStep) => checkSeals(sync.db, who.merchantId, onStep),
    },
  )
  const [first] = broken
  if (first) {
    const sentence = `The ledger was changed after it had been sealed: ${counted(broken.length, 'seal')} broken, the first is no. ${first.n} of ${first.sealedAt.toISOString()}.`
    await openIncident(sync.db, { merchantId: who.merchantId, ...BROKEN, sentence, at: sync.clock.now() })
  }
  await tellPages(sync.db, who.merchantId)
  return broken
}

type Watched<T> = { actor: string; total: number; check: (onStep: (done: number) => Promise<void>) => Promise<T[]> }

// A check of a large ledger takes a while: open pages see how far it is.
async function watched<T>(sync: Sync, key: CheckKey, { actor, total, check }: Watched<T>): Promise<T[]> {
  await beginCheck(sync.db, key, { actor, total, at: sync.clock.now() })
  const wrong = await check(async (done) => {
    await stepCheck(sync.db, key, done)
    await tellPages(sync.db, key.merchantId)
  })
  await endCheck(sync.db, key, { wrong: wrong.length, at: sync.clock.now() })
  return wrong
}

export async function itemCount(db: Sql, merchantId: number): Promise<number> {
  const text = 'SELECT count(*)::int AS n FROM item WHERE merchant_id = $1'
  return (await db.query<{ n: number }>({ text, values: [merchantId] })).rows[0]?.n ?? 0
}

async function differSentence(db: Sql, { merchantId }: Decider, { wrong, example: first }: Found): Promise<string> {
  const text = `SELECT i.title AS item, l.name AS place FROM item i, location l
    WHERE i.merchant_id = $1 AND i.id = $2 AND l.merchant_id = $1 AND l.id = $3`
  type Row = { item: string; place: string }
  const { rows } = await db.query<Row>({ text, values: [merchantId, first?.itemId, first?.locationId] })
  const where = rows[0] ? `${rows[0].item} in ${rows[0].place}` : `item ${first?.itemId}`
  const said = `${where}: the balance says ${first?.balance} ${first?.state}, its movements add up to ${first?.ledger}`
  return `${counted(wrong, 'balance')} not what the ledger says. ${said}.`
}
