import { keepThings, type KeptThing, type NewThing } from '../catalog/things.server.ts'
import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { lockRules } from '../pool/rule-history.server.ts'
import type { Decider } from './decisions.server.ts'
import type { Sync } from './facts.ts'
import { rulesOfScopeChanged } from './rule-change.server.ts'
import { wake } from './wake.server.ts'

type ItemRef = { merchantId: number; itemId: number }

/** What an item is, and who said so: null, that is how its channel calls it. */
type Category = { category: string | null; by: string | null }

type Writing = ItemRef & { actor: string; at: Date }

// What was before is what the row holds while it is locked.
const WRITE = `
WITH was AS (
  SELECT id, category, category_by, category_there FROM item WHERE merchant_id = $1 AND id = $2 AND status <> 'deleted' FOR NO KEY UPDATE
), changed AS (
  UPDATE item i SET category = CASE WHEN $4::text IS NULL THEN i.category_there ELSE $3 END, category_by = $4
  FROM was WHERE i.merchant_id = $1 AND i.id = was.id RETURNING i.id, i.category, i.category_by
)
INSERT INTO item_category_change (merchant_id, item_id, at, actor, before, after)
SELECT $1, was.id, $6, $5, jsonb_build_object('category', was.category, 'by', was.category_by),
  jsonb_build_object('category', changed.category, 'by', changed.category_by)
FROM was JOIN changed USING (id)`

async function write(tx: Sql, { merchantId, itemId, actor, at }: Writing, to: Category): Promise<Refusal | undefined> {
  const values = [merchantId, itemId, to.category, to.by, actor, at]
  const { rowCount } = await tx.query({ text: WRITE, values })
  if (rowCount !== 1) return refuse('unknown-item', 'There is no such item.')
  // Of its own scope, because the one it has left says nothing of it any more.
  await rulesOfScopeChanged(tx, { merchantId, at }, { accountId: null, itemId, category: null })
  return undefined
}

/**
 * Says what an item is: "Rings". The rules of that category hold for it from now on, whatever its channel calls it. Null:
 * it is what the channel calls it.
 */
export async function setCategory(
  sync: Sync,
  { merchantId, actor }: Decider,
  { itemId, category }: { itemId: number; category: string | null },
): Promise<Refusal | undefined> {
  const refusal = await sync.inTransaction(async (tx) => {
    await lockRules(tx, merchantId)
    const writing = { merchantId, itemId, actor, at: sync.clock.now() }
    return write(tx, writing, { category, by: category === null ? null : actor })
  })
  await wake(sync.db, merchantId)
  return refusal
}

/** Makes it what it was before its last change, if `changeId` is that one. Undone, it can be undone in turn. */
export async function undoCategory(
  sync: Sync,
  { merchantId, actor }: Decider,
  { itemId, changeId }: { itemId: number; changeId: number },
): Promise<Refusal | undefined> {
  const refusal = await sync.inTransaction(async (tx) => {
    await lockRules(tx, merchantId)
    const last = await lastCategoryChange(tx, { merchantId, itemId })
    if (last?.id !== changeId)
      return refuse('category-changed', 'Its category has been changed since you looked. Look at it again.')
    return write(tx, { merchantId, itemId, actor, at: sync.clock.now() }, last.before)
  })
  await wake(sync.db, merchantId)
  return refusal
}

/** The last change of an item's category: who, when, from what to what. */
export type CategoryChange = { id: number; at: Date; actor: string; before: Category; after: Category }

export async function lastCategoryChange(
  db: Sql,
  { merchantId, itemId }: ItemRef,
): Promise<CategoryChange | undefined> {
  const text = `SELECT id::int, at, actor, before, after FROM item_category_change
    WHERE merchant_id = $1 AND item_id = $2 ORDER BY at DESC, id DESC LIMIT 1`
  return (await db.query<CategoryChange>({ text, values: [merchantId, itemId] })).rows[0]
}

/** Keeps things of a channel. Where it calls the kind of one something else, other rules hold for it from now on. */
export async function takeThings(
  tx: Sql,
  owner: { merchantId: number; accountId: number; at: Date },
  things: NewThing[],
): Promise<KeptThing[]> {
  // Before the items, as everybody who changes what rules hold for one.
  await lockRules(tx, owner.merchantId)
  const kept = await keepThings(tx, owner, things)
  for (const { itemId } of kept.filter(({ recategorized }) => recategorized))
    await rulesOfScopeChanged(tx, owner, { accountId: null, itemId, category: null })
  return kept
}
