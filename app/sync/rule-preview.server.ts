import { capabilitiesOf } from '../channels/registry.ts'
import type { Sql } from '../kernel/sql.ts'
import { accountsOf } from '../merchant/account.server.ts'
import type { ChannelFacts } from '../pool/terms.ts'
import type { RuleDraft } from '../pool/rule-draft.ts'
import { lastVersions } from '../pool/rule-history.server.ts'
import { type Rule, scopeKey, type Scope } from '../pool/rule.ts'
import { rulesAt } from '../pool/rules.server.ts'
import { STOCKED_CHANNELS } from '../channels/registry.ts'
import { factsOf } from './channel-facts.server.ts'
import type { Sync } from './facts.ts'
import { numbersIn, type TwoStates, type WouldChange } from './rule-numbers.server.ts'
import { tellPages } from './wake.server.ts'

/** What a person asked to see before deciding: a rule saved, ended or undone. `draft` null: it would end. */
export type Preview = {
  id: number
  change: 'save' | 'end' | 'undo'
  ruleId: number | null
  draft: RuleDraft | null
  rulesVersion: number
  askedAt: Date
  done: number
  total: number | null
  finishedAt: Date | null
  summary: Summary | null
  usedAt: Date | null
}

/** Numbers looked at, and per channel how many would fall and rise, and by how many pieces together. */
export type Summary = { numbers: number; channels: ChannelSummary[] }
export type ChannelSummary = { accountId: number; lowered: number; raised: number; fewer: number; more: number }

const COLUMNS = `id, change, rule_id AS "ruleId", draft, rules_version AS "rulesVersion", asked_at AS "askedAt", done, total,
  finished_at AS "finishedAt", summary, used_at AS "usedAt"`

/** A preview of the merchant's; undefined when there is none of that number. `lock`: until the transaction ends. */
export async function previewOf(
  db: Sql,
  merchantId: number,
  { id, lock = false }: { id: number; lock?: boolean },
): Promise<Preview | undefined> {
  const text = `SELECT ${COLUMNS} FROM rule_preview WHERE merchant_id = $1 AND id = $2 ${lock ? 'FOR UPDATE' : ''}`
  return (await db.query<Preview>({ text, values: [merchantId, id] })).rows[0]
}

/** The last that was asked for and not used yet. */
export async function latestPreview(db: Sql, merchantId: number): Promise<Preview | undefined> {
  const text = `SELECT ${COLUMNS} FROM rule_preview WHERE merchant_id = $1 ORDER BY id DESC LIMIT 1`
  const { rows } = await db.query<Preview>({ text, values: [merchantId] })
  return rows.find(({ usedAt }) => usedAt === null)
}

/** The rules as they are, and as they would be; a schedule is taken as begun, so that its effect can be seen. */
async function statesOf(db: Sql, merchantId: number, { ruleId, draft, askedAt }: Preview): Promise<TwoStates> {
  const before = await rulesAt(db, merchantId, askedAt)
  const others = before.filter(({ id }) => id !== ruleId)
  return { before, after: draft === null ? others : [...others, ruleOf(draft, ruleId ?? 0)] }
}

function ruleOf({ kind, quantity, low, slowMs, places, ...draft }: RuleDraft, id: number): Rule {
  return { id, version: 0, kind, scope: scopeKey(draft), quantity, low, slowMs, places, from: null, until: null }
}

/** Channels that are told numbers, with what is known of each. */
export async function toldChannels(db: Sql, merchantId: number): Promise<Map<number, ChannelFacts>> {
  const accounts = (await accountsOf(db, merchantId)).filter(
    ({ channel, status }) => status !== 'off' && !STOCKED_CHANNELS.includes(channel),
  )
  const facts = await Promise.all(accounts.map((one) => factsOf(db, one, capabilitiesOf(one.channel))))
  return new Map(accounts.map(({ id }, i) => [id, facts[i]!]))
}

const EVERYWHERE: Scope = { accountId: null, itemId: null, category: null }

async function computingOf(db: Sql, merchantId: number, preview: Preview) {
  const [last] = preview.ruleId === null ? [] : await lastVersions(db, merchantId, preview.ruleId)
  const { accountId, itemId, category } = preview.draft ?? last ?? EVERYWHERE
  const states = await statesOf(db, merchantId, preview)
  const channels = await toldChannels(db, merchantId)
  return { merchantId, ...states, scope: { accountId, itemId, category }, channels, at: preview.askedAt }
}

const ITEMS_A_STEP = 5_000

/** Computes every number that a preview is about, and says how far it is. One that was begun before is begun anew. */
export async function runPreview(
  { db, clock }: Sync,
  { merchantId, previewId }: { merchantId: number; previewId: number },
): Promise<void> {
  const preview = await previewOf(db, merchantId, { id: previewId })
  if (!preview || preview.finishedAt) return
  const computing = await computingOf(db, merchantId, preview)
  const total = await itemsIn(db, merchantId, computing.scope)
  const keep = async (said: { done: number; summary: Summary; finished: Date | null }) => {
    const text = `UPDATE rule_preview SET done = $3, total = $4, summary = $5, finished_at = $6 WHERE merchant_id = $1 AND id = $2`
    const values = [merchantId, previewId, said.done, total, JSON.stringify(said.summary), said.finished]
    await db.query({ name: 'keep-preview', text, values })
    await tellPages(db, merchantId)
  }
  const sums = new Map<number, ChannelSummary>()
  let [done, numbers] = [0, 0]
  for await (const stretch of numbersIn(db, { ...computing, afterItem: 0, atOnce: ITEMS_A_STEP })) {
    done += stretch.items
    numbers += stretch.numbers
    for (const change of stretch.changes) addTo(sums, change)
    await keep({ done, summary: { numbers, channels: [...sums.values()] }, finished: null })
  }
  await keep({ done, summary: { numbers, channels: [...sums.values()] }, finished: clock.now() })
}

function addTo(sums: Map<number, ChannelSummary>, { accountId, before, after }: WouldChange): void {
  const sum = sums.get(accountId) ?? { accountId, lowered: 0, raised: 0, fewer: 0, more: 0 }
  if (after < before) [sum.lowered, sum.fewer] = [sum.lowered + 1, sum.fewer + before - after]
  else [sum.raised, sum.more] = [sum.raised + 1, sum.more + after - before]
  sums.set(accountId, sum)
}

async function itemsIn(db: Sql, merchantId: number, { itemId, category }: Scope): Promise<number> {
  const text = `SELECT count(*)::int AS n FROM item WHERE merchant_id = $1 AND status <> 'deleted' AND undecided IS NULL AND tracked
    AND ($2::int IS NULL OR id = $2) AND ($3::text IS NULL OR category = $3)`
  return (await db.query<{ n: number }>({ text, values: [merchantId, itemId, category] })).rows[0]!.n
}

/** What would change, item by item: at least `most` items from an item on, unless there are no more. `next`: where to go on. */
export async function changesIn(
  db: Sql,
  merchantId: number,
  { preview, after, most }: { preview: Preview; after: number; most: number },
): Promise<{ changes: (WouldChange & { title: string; sku: string })[]; next: number | null }> {
  const computing = await computingOf(db, merchantId, preview)
  const changes: WouldChange[] = []
  let next: number | null = null
  for await (const stretch of numbersIn(db, { ...computing, afterItem: after, atOnce: most })) {
    changes.push(...stretch.changes)
    next = stretch.items === most ? stretch.lastItem : null
    if (changes.length >= most) break
  }
  const text = 'SELECT id, title, sku FROM item WHERE merchant_id = $1 AND id = ANY ($2::int[])'
  const values = [merchantId, [...new Set(changes.map(({ itemId }) => itemId))]]
  const { rows } = await db.query<{ id: number; title: string; sku: string }>({ text, values })
  const names = new Map(rows.map((row) => [row.id, row]))
  const named = changes.map((change) => {
    const { title = '', sku = '' } = names.get(change.itemId) ?? {}
    return { ...change, title, sku }
  })
  return { changes: named, next }
}
