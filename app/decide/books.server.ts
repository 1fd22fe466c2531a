import { z } from 'zod'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { notAllowed } from '../merchant/role.ts'
import { BY_HAND, bulkMove, MOST_LINES } from '../pool/bulk-move.server.ts'
import type { End, Move } from '../pool/movement.ts'
import { keepRemark } from '../pool/remark.server.ts'
import type { Drift } from '../pool/verify.server.ts'
import { previewUndo, undo } from '../pool/undo.server.ts'
import type { JsonValue } from '../queue/fact.ts'
import { act } from '../sync/act.server.ts'
import { rebuildBooks, verifyBooks, verifySeals } from '../sync/books.server.ts'
import { type Answer, decision, type Deciding } from './decision.server.ts'
import { id, key, token, words } from './fields.ts'

// "12/3,15/1": an item and how many pieces of it, a pair each.
const lines = z
  .string()
  .max(20 * MOST_LINES)
  .regex(/^\d{1,9}\/[1-9]\d{0,8}(,\d{1,9}\/[1-9]\d{0,8})*$/, 'must be items and pieces: 12/3,15/1')
  .transform((text) => text.split(',').map(lineOf))

function lineOf(text: string): { itemId: number; quantity: number } {
  const [itemId = 0, quantity = 0] = text.split('/').map(Number)
  return { itemId, quantity }
}

const byHand = z.enum(BY_HAND)

/** What is decided about the books: whether they agree, and what is moved and moved back in bulk. */
export const BOOKS_DECISIONS = {
  'books-verify': decision({
    needs: 'audit',
    shape: {},
    carryOut: async (_, who) => ({ said: { drifts: asSaid(await verifyBooks(who.sync, who)) } }),
  }),
  'books-rebuild': decision({
    needs: 'audit',
    shape: {},
    async carryOut(_, who) {
      const mended = await rebuildBooks(who.sync, who)
      return isRefusal(mended) ? mended : { said: { mended: asSaid(mended) } }
    },
  }),
  'books-seals': decision({
    needs: 'audit',
    shape: {},
    async carryOut(_, who) {
      const broken = await verifySeals(who.sync, who)
      return { said: { broken: broken.slice(0, MOST_SAID).map(({ n, wrong }) => ({ n, wrong })) } }
    },
  }),
  'bulk-move': decision({
    needs: 'handle',
    shape: { token, lines, fromPlace: id, fromState: byHand, toPlace: id, toState: byHand, note: words },
    carryOut: ({ note, token: form, ...given }, who) =>
      acted(who, note, (tx, { cause, at }) =>
        bulkMove(tx, {
          ...who,
          cause,
          at,
          token: form,
          from: { locationId: given.fromPlace, state: given.fromState },
          to: { locationId: given.toPlace, state: given.toState },
          lines: given.lines,
        }),
      ),
  }),
  'undo-preview': decision({
    needs: 'handle',
    shape: { act: key },
    carryOut: sayWhatUndoingDoes,
  }),
  undo: decision({
    needs: 'handle',
    shape: { act: key, note: words, whatCan: z.enum(['yes', 'no']).default('no') },
    carryOut: undoIfTheyMay,
  }),
}

const MOST_SAID = 50

const asSaid = (drifts: Drift[]): JsonValue => drifts.slice(0, MOST_SAID).map((drift) => ({ ...drift }))

type Work<D> = (tx: Sql, why: { cause: string; at: Date }) => Promise<Refusal | D>

/** What a person does by hand has a reason in their words; it is kept where it can be erased, and named as the cause. */
async function acted(who: Deciding, note: string, work: Work<{ freed: number[] }>): Promise<Refusal | Answer> {
  const done = await act(who.sync, who, async (tx, at) => {
    const cause = await keepRemark(tx, { merchantId: who.merchantId, actor: who.actor, text: note, at })
    return work(tx, { cause, at })
  })
  return isRefusal(done) ? done : undefined
}

async function sayWhatUndoingDoes({ act: of }: { act: string }, who: Deciding): Promise<Refusal | Answer> {
  const at = who.sync.clock.now()
  const preview = await previewUndo(who.sync.db, { merchantId: who.merchantId, key: of, at })
  if (isRefusal(preview)) return preview
  const names = await namesOf(who.sync.db, who.merchantId, [...preview.back, ...preview.gone])
  const said = (moves: Move[]) => moves.slice(0, MOST_SAID).map((move) => names(move))
  return {
    said: {
      undone: preview.act.undone,
      back: said(preview.back),
      gone: said(preview.gone),
      backCount: preview.back.length,
      goneCount: preview.gone.length,
    },
  }
}

/** How the moves are told to a person: items and places by name. */
async function namesOf(db: Sql, merchantId: number, moves: Move[]): Promise<(move: Move) => JsonValue> {
  const items = await nameById(db, 'item', { merchantId, ids: moves.map(({ itemId }) => itemId) })
  const places = await nameById(db, 'location', {
    merchantId,
    ids: moves.flatMap(({ from, to }) => [from, to].flatMap(placeOf)),
  })
  const end = (of: End) =>
    'outside' in of ? { state: of.outside, place: null } : { state: of.state, place: places.get(of.locationId) ?? null }
  return ({ itemId, quantity, from, to }) => ({
    itemId,
    item: items.get(itemId) ?? '',
    quantity,
    from: end(from),
    to: end(to),
  })
}

const placeOf = (end: End) => ('locationId' in end ? [end.locationId] : [])

async function nameById(
  db: Sql,
  table: 'item' | 'location',
  { merchantId, ids }: { merchantId: number; ids: number[] },
): Promise<Map<number, string>> {
  const name = table === 'item' ? 'title' : 'name'
  const text = `SELECT id, ${name} AS name FROM ${table} WHERE merchant_id = $1 AND id = ANY ($2)`
  const { rows } = await db.query<{ id: number; name: string }>({ text, values: [merchantId, ids] })
  return new Map(rows.map((row) => [row.id, row.name]))
}

type UndoForm = { act: string; note: string; whatCan: 'yes' | 'no' }

// One's own anybody may undo who may do such a thing; what others did only who may arrange.
async function undoIfTheyMay({ act: of, note, whatCan }: UndoForm, who: Deciding): Promise<Refusal | Answer> {
  const { merchantId, actor } = who
  const preview = await previewUndo(who.sync.db, { merchantId, key: of, at: who.sync.clock.now() })
  if (isRefusal(preview)) return preview
  const refused = preview.act.actor === actor ? undefined : notAllowed(who.role, 'arrange')
  if (refused) return refused
  return acted(who, note, (tx, { cause, at }) =>
    undo(tx, { merchantId, key: preview.act.key, actor, cause, at, whatCan: whatCan === 'yes' }),
  )
}
