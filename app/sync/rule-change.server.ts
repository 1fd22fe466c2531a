import { isRefusal, refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { keepRemark } from '../pool/remark.server.ts'
import { cannotBeMirrored, draftIsWrong, type RuleDraft } from '../pool/rule-draft.ts'
import { countChange, lastVersions, lockRules, rulesOfScope, writeRule } from '../pool/rule-history.server.ts'
import { collide, type Scope, scopeKey } from '../pool/rule.ts'
import { rulesVersion } from '../pool/rules.server.ts'
import { STOCKED_CHANNELS } from '../channels/registry.ts'
import type { Decider } from './decisions.server.ts'
import type { Sync } from './facts.ts'
import { type Preview, previewOf } from './rule-preview.server.ts'
import { everythingMayBeBehind, itemMayBeBehind } from './rules-behind.server.ts'
import { wake } from './wake.server.ts'

/** What a person wants: a new rule, another text of one, its end, or what it said before. */
export type Wanted = {
  change: 'save' | 'end' | 'undo'
  ruleId: number | null
  draft: RuleDraft | null
  reason?: string | null
}

const NO_RULE = refuse('unknown-rule', 'There is no such rule.')

/** What the rule would say afterwards: null when it would not be there any more. */
async function outcomeOf(
  db: Sql,
  { merchantId }: Decider,
  wanted: Wanted,
): Promise<Refusal | { draft: RuleDraft | null }> {
  const [last, former] = wanted.ruleId === null ? [] : await lastVersions(db, merchantId, wanted.ruleId)
  if (wanted.ruleId !== null && !last) return NO_RULE
  if (wanted.change === 'save') {
    if (last?.validTo) return refuse('rule-ended', 'This rule has ended. Undo its end, or make a new one.')
    // What it is, and what it is for, make it that rule: another would be another rule.
    const { kind, accountId, itemId, category } = last ?? {}
    const same = last ? { kind: kind!, accountId: accountId!, itemId: itemId!, category: category! } : {}
    if (!wanted.draft) return refuse('rule-unclear', 'It must say what kind of rule it is, and a number.')
    return { draft: { ...wanted.draft, ...same } }
  }
  if (!last) return NO_RULE
  if (wanted.change === 'end')
    return last.validTo ? refuse('rule-ended', 'This rule has ended already.') : { draft: null }
  return { draft: last.validTo ? saidBy(last) : former ? saidBy(former) : null }
}

const saidBy = ({ kind, accountId, itemId, category, quantity, low, slowMs, places, ...of }: RuleDraft): RuleDraft => {
  const { from, until, remarkId, ownerId, reviewOn } = of
  return { kind, accountId, itemId, category, quantity, low, slowMs, places, from, until, remarkId, ownerId, reviewOn }
}

/** Why a rule cannot say this: it makes no sense, names what there is not, or stands beside one of equal rank. */
async function refused(db: Sql, { merchantId }: Decider, { ruleId, draft }: Wanted): Promise<Refusal | undefined> {
  if (!draft) return undefined
  const wrong = draftIsWrong(draft) ?? (await namesNothing(db, merchantId, draft))
  if (wrong) return wrong
  const scope = scopeKey(draft)
  const equals = await rulesOfScope(db, merchantId, scope)
  const other = equals.find((rule) => rule.id !== ruleId && collide(rule, { ...draft, scope }))
  return (
    other &&
    refuse('equal-rules', `Rule ${other.id} says that already for the same, at the same time. Change or end that one.`)
  )
}

async function namesNothing(db: Sql, merchantId: number, draft: RuleDraft): Promise<Refusal | undefined> {
  const text = `SELECT (SELECT channel FROM channel_account WHERE merchant_id = $1 AND id = $2 AND status <> 'off') AS channel,
    EXISTS (SELECT FROM item WHERE merchant_id = $1 AND id = $3) AS item,
    EXISTS (SELECT FROM item WHERE merchant_id = $1 AND category = $4) AS category,
    EXISTS (SELECT FROM person WHERE merchant_id = $1 AND id = $5) AS owner,
    (SELECT count(*) FROM location WHERE merchant_id = $1 AND id = ANY ($6::int[]))::int AS places`
  const { accountId, itemId, category, ownerId, places } = draft
  type Found = { channel: string | null; item: boolean; category: boolean; owner: boolean; places: number }
  const values = [merchantId, accountId, itemId, category, ownerId, places]
  const found = (await db.query<Found>({ text, values })).rows[0]!
  const missing =
    (accountId !== null && found.channel === null && 'channel') ||
    (itemId !== null && !found.item && 'item') ||
    (category !== null && !found.category && 'category') ||
    (ownerId !== null && !found.owner && 'person') ||
    (new Set(places).size !== found.places && 'place')
  if (missing) return refuse(`unknown-${missing}`, `There is no such ${missing}.`)
  const stocked = found.channel !== null && STOCKED_CHANNELS.includes(found.channel)
  return stocked ? cannotBeMirrored(draft, 'Shopify') : undefined
}

/** Looks at what would change before anything does: answers with the preview that is being computed. */
export async function askPreview(sync: Sync, who: Decider, wanted: Wanted): Promise<Refusal | { previewId: number }> {
  const at = sync.clock.now()
  const outcome = await outcomeOf(sync.db, who, wanted)
  if (isRefusal(outcome)) return outcome
  const refusal = await refused(sync.db, who, { ...wanted, ...outcome })
  if (refusal) return refusal
  return sync.inTransaction(async (tx) => {
    const text = `INSERT INTO rule_preview (merchant_id, change, rule_id, draft, rules_version, asked_by, asked_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id`
    const remarkId = wanted.reason ? await remarkOf(tx, who, { text: wanted.reason, at }) : null
    const draft = outcome.draft && JSON.stringify({ ...outcome.draft, ...(remarkId === null ? {} : { remarkId }) })
    const version = await rulesVersion(tx, who.merchantId)
    const values = [who.merchantId, wanted.change, wanted.ruleId, draft, version, who.actor, at]
    const { id: previewId } = (await tx.query<{ id: number }>({ text, values })).rows[0]!
    const payload = { merchantId: who.merchantId, previewId }
    await sync.outbox.record(tx, [{ name: 'preview-asked', payload, key: String(previewId) }])
    return { previewId }
  })
}

async function remarkOf(tx: Sql, { merchantId, actor }: Decider, said: { text: string; at: Date }): Promise<number> {
  const address = await keepRemark(tx, { merchantId, actor, ...said })
  return Number(address.slice('remark/'.length))
}

/**
 * Does what was looked at, as it was looked at: refused when the rules have changed since. Done twice is done once.
 * `change`: what the person believes that it is.
 */
export async function carryOutPreview(
  sync: Sync,
  who: Decider,
  { previewId, change }: { previewId: number; change: Preview['change'] },
): Promise<Refusal | { ruleId: number }> {
  const { merchantId } = who
  const done = await sync.inTransaction(async (tx) => {
    const version = await lockRules(tx, merchantId)
    const preview = await previewOf(tx, merchantId, { id: previewId, lock: true })
    if (!preview || preview.change !== change) return refuse('unknown-preview', 'Look at what would change first.')
    if (preview.usedAt) return { ruleId: preview.ruleId ?? 0 }
    if (!preview.finishedAt) return refuse('still-looking', 'What would change is still being looked at.')
    if (preview.rulesVersion !== version)
      return refuse('rules-changed', 'The rules have changed since you looked. Look at it again.')
    return write(tx, who, { preview, at: sync.clock.now() })
  })
  await wake(sync.db, merchantId)
  return done
}

async function write(
  tx: Sql,
  who: Decider,
  { preview, at }: { preview: Preview; at: Date },
): Promise<Refusal | { ruleId: number }> {
  const { merchantId, actor } = who
  const { ruleId, draft } = preview
  const refusal = await refused(tx, who, preview)
  if (refusal) return refusal
  const [last] = ruleId === null ? [] : await lastVersions(tx, merchantId, ruleId)
  const rule = await writeRule(tx, { merchantId, ruleId, draft, actor, at })
  const scope = draft ?? last
  if (scope) await rulesOfScopeChanged(tx, { merchantId, at }, scope)
  const id = rule?.id ?? ruleId ?? 0
  const text = 'UPDATE rule_preview SET used_at = $3, rule_id = $4 WHERE merchant_id = $1 AND id = $2'
  await tx.query({ text, values: [merchantId, preview.id, at, id] })
  return { ruleId: id }
}

/** The numbers of a scope follow from other rules now: they are due. The merchant's rules are locked. */
export async function rulesOfScopeChanged(
  tx: Sql,
  owned: { merchantId: number; at: Date },
  scope: Scope,
): Promise<void> {
  const { accountId, itemId } = scope
  await countChange(tx, owned.merchantId, { scopes: [scopeKey(scope)], at: owned.at })
  if (itemId === null) await everythingMayBeBehind(tx, owned, { accountId, stockedChannels: STOCKED_CHANNELS })
  else await itemMayBeBehind(tx, owned, { itemId, stockedChannels: STOCKED_CHANNELS })
}
