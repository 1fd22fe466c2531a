import { z } from 'zod'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import { bulkMove, MOST_LINES, previewBulkMove } from '../pool/bulk-move.server.ts'
import { HANDLED_STATES } from '../pool/moving-place.server.ts'
import { act } from '../sync/act.server.ts'
import { type Answer, decision, type Deciding } from './decision.server.ts'
import { flag, id, maybeId, maybeMoment, token, words } from './fields.ts'
import { nameById } from './moves-told.server.ts'

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

const state = z.enum(HANDLED_STATES)
const carried = {
  lines,
  fromPlace: id,
  fromState: state,
  toPlace: id,
  toState: state,
  dueAt: maybeMoment,
  partnerId: maybeId,
  passed: flag,
  bought: flag,
}
type Carrying = z.infer<z.ZodObject<typeof carried>>

const carriedOf = ({ fromPlace, fromState, toPlace, toState, passed, ...rest }: Carrying) => ({
  ...rest,
  from: { locationId: fromPlace, state: fromState },
  to: { locationId: toPlace, state: toState },
  check: passed ? ('passed' as const) : null,
})

/** Many items carried at once: what would move and what stands against the rest first, then all of it or nothing. */
export const BULK_DECISIONS = {
  'bulk-move-preview': decision({ needs: 'handle', looks: true, shape: carried, carryOut: sayWhatMoves }),
  'bulk-move': decision({
    needs: 'handle',
    shape: { ...carried, token, note: words },
    async carryOut({ note, ...given }, { sync, merchantId, actor }) {
      const moving = { ...carriedOf(given), merchantId, actor, token: given.token, why: note }
      const done = await act(sync, { merchantId }, (tx, at) => bulkMove(tx, moving, at))
      return isRefusal(done) ? done : undefined
    },
  }),
}

async function sayWhatMoves(given: Carrying, { sync, merchantId }: Deciding): Promise<Refusal | Answer> {
  const preview = await previewBulkMove(sync.db, { ...carriedOf(given), merchantId }, sync.clock.now())
  if (isRefusal(preview)) return preview
  const ids = given.lines.map(({ itemId }) => itemId)
  const titles = await nameById(sync.db, 'item', { merchantId, ids })
  const told = (line: { itemId: number; quantity: number }) => ({
    itemId: line.itemId,
    item: titles.get(line.itemId) ?? '',
    quantity: line.quantity,
  })
  return {
    said: {
      moves: preview.moves.map(told),
      stands: preview.stands.map(({ refusal, ...line }) => ({ ...told(line), why: refusal.sentence })),
    },
  }
}
