import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { STOCK_STATES } from '../kernel/stock-state.ts'
import { type Act, actOf, undoKey } from './acts.server.ts'
import { itemTitles } from './item-titles.server.ts'
import { append } from './ledger.server.ts'
import type { Move } from './movement.ts'
import { notAllMoved } from './not-all-moved.server.ts'
import { type NotBack, objectionsToBack } from './undo-objections.server.ts'
import { isUndoable, type LiesAt, planUndo, UNDO_WITHIN_MS, type UndoPlan } from './undo-plan.ts'

/** What undoing an act would do now. `kept`: the items that their places do not let go back. */
export type UndoPreview = UndoPlan & { act: Act; kept: NotBack[] }

type Asked = { merchantId: number; key: string; at: Date }

/**
 * What would move back, what cannot because its pieces are not there any more, and what its places do not let go. Changes
 * nothing.
 */
export async function previewUndo(db: Sql, { merchantId, key, at }: Asked): Promise<Refusal | UndoPreview> {
  const act = await actOf(db, merchantId, key)
  if (!act) return refuse('no-such-act', 'Nobody did such a thing here.')
  if (at.getTime() - act.at.getTime() > UNDO_WITHIN_MS)
    return refuse('too-old', 'What was done more than 30 days ago is not undone any more. Move the pieces instead.')
  if (!isUndoable(act.reason))
    return refuse('not-here', `This was “${act.reason}”. Take it back where it was done, not here.`)
  const itemIds = [...new Set(act.moves.map(({ itemId }) => itemId))]
  const { back, gone } = planUndo(act.moves, await liesAt(db, merchantId, itemIds))
  const kept = await objectionsToBack(db, { merchantId, back, at })
  const stays = new Set(kept.map(({ itemId }) => itemId))
  return { act, back: back.filter(({ itemId }) => !stays.has(itemId)), gone, kept }
}

async function liesAt(db: Sql, merchantId: number, itemIds: number[]): Promise<LiesAt[]> {
  const states = STOCK_STATES.map((state) => `'${state}', ${state}`).join(', ')
  const text = `SELECT item_id AS "itemId", location_id AS "locationId", json_build_object(${states}) AS balance
    FROM balance WHERE merchant_id = $1 AND item_id = ANY ($2)`
  return (await db.query<LiesAt>({ name: 'lies-at', text, values: [merchantId, itemIds] })).rows
}

/** `cause`: why it is undone, "remark/12". `whatCan`: items of which pieces are gone are left as they are. */
export type Undoing = Asked & { actor: string; cause: string; whatCan: boolean }

/**
 * Undoes an act by compensating movements, in the caller's transaction: all of it, or with `whatCan` what there still
 * is. Done twice it is done once. An undo is an act of its own, and can be undone.
 */
export async function undo(
  tx: Sql,
  undoing: Undoing,
): Promise<Refusal | { freed: number[]; moved: Move[]; gone: Move[] }> {
  const { merchantId, actor, cause, at } = undoing
  // Two at once must not race with the same key inside a transaction: the second finds the first one's movements.
  const lock = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))'
  await tx.query({ text: lock, values: [`undo/${merchantId}/${undoing.key}`] })
  const preview = await previewUndo(tx, undoing)
  if ('refused' in preview) return preview
  const { act, back, gone, kept } = preview
  if (act.undone) return { freed: [], moved: [], gone: [] }
  const left = gone.length + kept.length
  if (back.length === 0 || (left > 0 && !undoing.whatCan)) return notBack(tx, merchantId, preview)
  const done = await append(
    tx,
    {
      merchantId,
      key: undoKey(act.key),
      reason: 'undone',
      actor,
      cause,
      accountId: null,
      occurredAt: at,
      recordedAt: at,
    },
    back,
  )
  if (typeof done !== 'string')
    return done.twice?.length
      ? notAllMoved(tx, merchantId, done)
      : refuse('moved-meanwhile', 'Some pieces were moved at this very moment. Please look again.')
  return { freed: back.map(({ itemId }) => itemId), moved: back, gone }
}

async function notBack(db: Sql, merchantId: number, { gone, kept }: UndoPreview): Promise<Refusal> {
  const titles = (of: { itemId: number }[]) => itemTitles(db, merchantId, [...new Set(of.map(({ itemId }) => itemId))])
  if (gone.length > 0)
    return refuse('pieces-gone', `Not all pieces are where they were put: ${await titles(gone)}. Nothing was undone.`)
  return refuse('not-back', `${await titles(kept)}: ${kept[0]?.sentence ?? ''} Nothing was undone.`)
}
