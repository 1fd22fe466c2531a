import type { Asides, MirrorChange, MirrorOutcome, StockedConnector } from '../channels/connector.ts'
import type { Sql } from '../kernel/sql.ts'
import type { Account } from '../merchant/account.server.ts'
import { asideOf, type DraftLine, insteadOf, movesNothing } from './draft-line.ts'
import type { Sync } from './facts.ts'

type Told = { sync: Sync; account: Account; connector: StockedConnector }

/** A hold as the account's own draft. `until`: of the hold, as it is now. */
type Draft = {
  holdId: number
  key: string
  state: 'wanted' | 'open' | 'refused' | 'ended'
  externalId: string | null
  lines: DraftLine[]
  endKey: string | null
  until: Date
}

const DONE: MirrorOutcome = { outcome: 'accepted', reason: null }

/**
 * Tells a channel of one change. What happens to a hold that is a draft there is told by the draft: it has moved its
 * pieces by itself, and the same move told once more would count them twice.
 */
export async function tellChange({ sync, account, connector }: Told, change: MirrorChange): Promise<MirrorOutcome> {
  const draft = connector.asides ? await draftOf(sync.db, account, change.cause) : undefined
  const told =
    draft &&
    connector.asides &&
    (await tellByDraft({ sync, account, connector, asides: connector.asides }, change, draft))
  if (told) return told
  return change.moves.length > 0 ? connector.mirror(change) : DONE
}

async function draftOf(db: Sql, account: Account, cause: string): Promise<Draft | undefined> {
  const holdId = /^hold\/(\d{1,9})$/.exec(cause)?.[1]
  if (holdId === undefined) return undefined
  const text = `SELECT d.hold_id AS "holdId", d.key, d.state, d.external_id AS "externalId", d.lines, d.end_key AS "endKey", h.until
    FROM hold_draft d JOIN hold h ON h.merchant_id = d.merchant_id AND h.id = d.hold_id
    WHERE d.merchant_id = $1 AND d.hold_id = $2 AND d.account_id = $3`
  const values = [account.merchantId, holdId, account.id]
  return (await db.query<Draft>({ name: 'draft-of-hold', text, values })).rows[0]
}

type Telling = Told & { asides: Asides }

/** Undefined: it is to be told as any other change. */
function tellByDraft(telling: Telling, change: MirrorChange, draft: Draft): Promise<MirrorOutcome | undefined> {
  if (change.key === `hold/${draft.holdId}/made`) return keepAside(telling, change, draft)
  if (draft.state === 'open') return endAside(telling, change, draft)
  // It was told, and its answer was not kept.
  const isTold = draft.state === 'ended' && draft.endKey === change.key
  return Promise.resolve(isTold ? DONE : undefined)
}

async function keepAside(telling: Telling, change: MirrorChange, draft: Draft): Promise<MirrorOutcome | undefined> {
  const { sync, account, asides } = telling
  if (draft.state === 'refused') return undefined
  if (draft.state !== 'wanted') return DONE
  const asked = asideOf(change)
  const { key, until } = draft
  if (!asked || until <= sync.clock.now()) {
    await refuse(telling, draft, 'Its pieces are not free pieces of one place there.')
    return undefined
  }
  const { outcome, reason, externalId } = await asides.keep({ key, until, ...asked })
  if (outcome === 'unknown') return { outcome, reason }
  if (outcome === 'rejected' || externalId === null) {
    await refuse(telling, draft, reason ?? 'It did not say why.')
    return undefined
  }
  const lines: DraftLine[] = asked.lines.map((line) => ({ ...line, externalLocationId: asked.externalLocationId }))
  const text = `UPDATE hold_draft SET state = 'open', external_id = $4, lines = $5, until = $6
    WHERE merchant_id = $1 AND hold_id = $2 AND account_id = $3 AND state = 'wanted'`
  const values = [account.merchantId, draft.holdId, account.id, externalId, JSON.stringify(lines), until]
  await sync.db.query({ name: 'draft-open', text, values })
  return DONE
}

async function refuse({ sync, account }: Telling, { holdId }: Draft, reason: string): Promise<void> {
  const text = `UPDATE hold_draft SET state = 'refused', reason = $4
    WHERE merchant_id = $1 AND hold_id = $2 AND account_id = $3 AND state = 'wanted'`
  await sync.db.query({ name: 'draft-refused', text, values: [account.merchantId, holdId, account.id, reason] })
}

async function endAside(telling: Telling, change: MirrorChange, draft: Draft): Promise<MirrorOutcome> {
  const { sync, account, connector, asides } = telling
  if (change.moves.length > 0 && movesNothing(change)) return DONE
  const moves = insteadOf(change, draft.lines)
  const moved = moves.length > 0 ? await connector.mirror({ ...change, moves }) : DONE
  if (moved.outcome !== 'accepted') return moved
  const ended = await asides.end({ key: draft.key, externalId: draft.externalId ?? '' })
  if (ended.outcome !== 'accepted') return ended
  const text = `UPDATE hold_draft SET state = 'ended', end_key = $4
    WHERE merchant_id = $1 AND hold_id = $2 AND account_id = $3 AND state = 'open'`
  await sync.db.query({ name: 'draft-ended', text, values: [account.merchantId, draft.holdId, account.id, change.key] })
  return DONE
}
