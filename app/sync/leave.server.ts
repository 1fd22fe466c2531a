import { capabilitiesOf } from '../channels/registry.ts'
import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { keepRemark } from '../pool/remark.server.ts'
import type { RuleDraft } from '../pool/rule-draft.ts'
import { lastVersions, lockRules, rulesOfScope, writeRule } from '../pool/rule-history.server.ts'
import { scopeKey } from '../pool/rule.ts'
import type { Decider } from './decisions.server.ts'
import type { Sync } from './facts.ts'
import { rulesOfScopeChanged } from './rule-change.server.ts'
import { wake } from './wake.server.ts'

/** What becomes of the listings of a channel that is left: as they are, or all of ours off sale first. */
export type Leaving = { accountId: number; listings: 'leave' | 'off-sale' }

type Row = { id: number; channel: string; name: string; status: string; leavingRule: number | null }

async function lockAccount(tx: Sql, merchantId: number, accountId: number): Promise<Row | undefined> {
  const text = `SELECT id, channel, name, status, leaving_rule AS "leavingRule" FROM channel_account
    WHERE merchant_id = $1 AND id = $2 FOR NO KEY UPDATE`
  return (await tx.query<Row>({ text, values: [merchantId, accountId] })).rows[0]
}

/**
 * Disconnects a channel. With `off-sale` it is live until every listing that is matched shows nothing, which is a rule
 * with its reason; asked again with `leave` it ends at once. What was booked stays, and orders of ours there are not read
 * any more. Done twice is done once.
 */
export async function leaveChannel(sync: Sync, who: Decider, leaving: Leaving): Promise<Refusal | undefined> {
  const { merchantId } = who
  const at = sync.clock.now()
  const refusal = await sync.inTransaction(async (tx) => {
    const rulesAreOurs = leaving.listings === 'off-sale'
    if (rulesAreOurs) await lockRules(tx, merchantId)
    const account = await lockAccount(tx, merchantId, leaving.accountId)
    if (!account || account.status === 'off') return refuse('unknown-channel', 'There is no such channel.')
    const { writes, keeps } = capabilitiesOf(account.channel)
    if (writes === 'moves' && !keeps)
      return refuse('the-shop-itself', `${account.name} is disconnected there: take the app out of it.`)
    if (writes === 'moves' && rulesAreOurs)
      return refuse(
        'what-lies-there',
        `${account.name} shows what lies there, and goes on doing so. Leave it as it is.`,
      )
    if (leaving.listings === 'leave') return end(sync, tx, { merchantId, account, actor: who.actor, at })
    if (account.status !== 'open')
      return refuse(
        'not-live',
        `${account.name} is not live: its numbers are not ours to change. Leave them as they are.`,
      )
    return account.leavingRule === null ? takeOffSale(tx, who, { account, at }) : undefined
  })
  await wake(sync.db, merchantId)
  return refusal
}

const WITHOUT = { low: null, slowMs: null, places: [], from: null, until: null, ownerId: null, reviewOn: null }

async function takeOffSale(tx: Sql, who: Decider, { account, at }: { account: Row; at: Date }): Promise<undefined> {
  const { merchantId, actor } = who
  const text = `${account.name} is being disconnected`
  const remark = await keepRemark(tx, { merchantId, actor, text, at })
  const remarkId = Number(remark.slice('remark/'.length))
  const scope = { accountId: account.id, itemId: null, category: null }
  const draft: RuleDraft = { ...WITHOUT, ...scope, kind: 'excluded', quantity: 1, remarkId }
  // One that says already whether things are shown there says this from now on: two of equal rank would be one too many.
  const known = (await rulesOfScope(tx, merchantId, scopeKey(scope))).find(({ kind }) => kind === 'excluded')
  const rule = await writeRule(tx, { merchantId, ruleId: known?.id ?? null, draft, actor, at })
  await rulesOfScopeChanged(tx, { merchantId, at }, draft)
  const keep = 'UPDATE channel_account SET leaving_since = $3, leaving_rule = $4 WHERE merchant_id = $1 AND id = $2'
  await tx.query({ text: keep, values: [merchantId, account.id, at, rule?.id] })
}

type Ending = { merchantId: number; account: Row; actor: string; at: Date }

// Its rule ends with it: who connects it again wants to sell there. Our way in is given back by the fact.
async function end(sync: Sync, tx: Sql, { merchantId, account, actor, at }: Ending): Promise<undefined> {
  const off = `UPDATE channel_account SET status = 'off', leaving_since = NULL, leaving_rule = NULL
    WHERE merchant_id = $1 AND id = $2`
  await tx.query({ text: off, values: [merchantId, account.id] })
  if (account.leavingRule !== null) await endRule(tx, { merchantId, ruleId: account.leavingRule, actor, at })
  await sync.outbox.record(tx, [{ name: 'account-left', payload: { merchantId, accountId: account.id } }])
}

async function endRule(tx: Sql, rule: { merchantId: number; ruleId: number; actor: string; at: Date }): Promise<void> {
  await lockRules(tx, rule.merchantId)
  const [last] = await lastVersions(tx, rule.merchantId, rule.ruleId)
  if (!last || last.validTo) return
  await writeRule(tx, { ...rule, draft: null })
  await rulesOfScopeChanged(tx, rule, last)
}

// What is left to be told: a number that is due, or a listing of ours that is still for sale there.
const STILL_SHOWN = `EXISTS (SELECT FROM listing_due d WHERE d.account_id = a.id)
  OR EXISTS (SELECT FROM listing l WHERE l.merchant_id = a.merchant_id AND l.account_id = a.id AND l.item_id IS NOT NULL
    AND l.status NOT IN ('dead', 'draft', 'expired') AND COALESCE(l.shown, 1) > 0)`

const LOOK_AGAIN_MS = 2_000
const AT_ONCE = 20

/** Ends the accounts that are being left and show nothing of ours any more. Returns when to look again; null: none is. */
export async function finishLeaving(sync: Sync): Promise<Date | null> {
  const { db, clock } = sync
  const text = `SELECT a.merchant_id AS "merchantId", a.id, ${STILL_SHOWN} AS shown FROM channel_account a
    WHERE a.leaving_since IS NOT NULL ORDER BY a.leaving_since LIMIT ${AT_ONCE}`
  const { rows } = await db.query<{ merchantId: number; id: number; shown: boolean }>({ name: 'leaving', text })
  for (const { merchantId, id } of rows.filter(({ shown }) => !shown)) {
    await sync.inTransaction(async (tx) => {
      await lockRules(tx, merchantId)
      const account = await lockAccount(tx, merchantId, id)
      if (account?.leavingRule) await end(sync, tx, { merchantId, account, actor: 'app', at: clock.now() })
    })
    await wake(db, merchantId)
  }
  return rows.length > 0 ? new Date(clock.now().getTime() + LOOK_AGAIN_MS) : null
}
