import { z } from 'zod'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { notAllowed } from '../merchant/role.ts'
import type { Move } from '../pool/movement.ts'
import { keepRemark } from '../pool/remark.server.ts'
import type { Drift } from '../pool/verify.server.ts'
import { previewUndo, undo } from '../pool/undo.server.ts'
import type { JsonValue } from '../queue/fact.ts'
import { act } from '../sync/act.server.ts'
import { rebuildBooks, verifyBooks, verifySeals } from '../sync/books.server.ts'
import { type Answer, decision, type Deciding } from './decision.server.ts'
import { nameById, namesOf } from './moves-told.server.ts'
import { key, words } from './fields.ts'

/** What is decided about the books: whether they agree, and what is undone of what people did. */
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
  'undo-preview': decision({
    needs: 'handle',
    looks: true,
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
  const { back, gone, kept } = preview
  const names = await namesOf(who.sync.db, who.merchantId, [...back, ...gone])
  const titles = await nameById(who.sync.db, 'item', { ...who, ids: kept.map(({ itemId }) => itemId) })
  const said = (moves: Move[]) => moves.slice(0, MOST_SAID).map((move) => names(move))
  return {
    said: {
      undone: preview.act.undone,
      back: said(back),
      gone: said(gone),
      kept: kept
        .slice(0, MOST_SAID)
        .map(({ itemId, sentence }) => ({ itemId, item: titles.get(itemId) ?? '', sentence })),
      backCount: back.length,
      goneCount: gone.length,
      keptCount: kept.length,
    },
  }
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
