import { turnOf } from '#app/sync/move-turn.ts'
import type { SmallWorld } from './explore.ts'

// A channel with a ledger of its own, which is told what moved. Its sales and our moves commute; what can go wrong is a
// move that happens twice, because its answer was lost and its key forgotten.

/** A move of ours: pieces that it adds or takes, and what has become of it. */
type Move = { delta: number; sent: 'never' | 'lately' | 'long ago'; done: number; isTold: boolean }

export type ToldMoves = {
  there: number
  pool: number
  /** all that should be there: what was at first, each move once, less what was sold there */
  should: number
  moves: Move[]
  left: { salesThere: number; salesElsewhere: number; comesIn: number; losses: number; days: number }
}

const SECOND = 1_000
const DAY = 86_400_000
const REMEMBERING = { repeatAfterMs: SECOND, rememberedMs: DAY }
const ago = { never: null, lately: 2 * SECOND, 'long ago': 2 * DAY }

/** `reads`: after the channel has forgotten a key it is read before the move is sent again. */
export function toldMoves(left: ToldMoves['left'], { reads = true, pieces = 2 } = {}): SmallWorld<ToldMoves> {
  return {
    start: { there: pieces, pool: pieces, should: pieces, moves: [], left },
    moves: (state) => [...outside(state), ...publisher(state, reads)],
    wrong: ({ moves, there, should }) => {
      if (moves.some(({ done }) => done > 1)) return 'a move has happened twice'
      const told = moves.every(({ isTold }) => isTold)
      return told && there !== should ? `it shows ${there}, and should show ${should}` : null
    },
  }
}

function outside(s: ToldMoves): [string, ToldMoves][] {
  const { salesThere, salesElsewhere, comesIn, days } = s.left
  const next: [string, ToldMoves][] = []
  const move = (delta: number): Move => ({ delta, sent: 'never', done: 0, isTold: false })
  if (salesThere > 0 && s.there > 0)
    next.push([
      'sold there',
      {
        ...s,
        there: s.there - 1,
        pool: s.pool - 1,
        should: s.should - 1,
        left: { ...s.left, salesThere: salesThere - 1 },
      },
    ])
  if (salesElsewhere > 0 && s.pool > 0)
    next.push([
      'sold elsewhere',
      {
        ...s,
        pool: s.pool - 1,
        should: s.should - 1,
        moves: [...s.moves, move(-1)],
        left: { ...s.left, salesElsewhere: salesElsewhere - 1 },
      },
    ])
  if (comesIn > 0)
    next.push([
      'comes in',
      {
        ...s,
        pool: s.pool + 1,
        should: s.should + 1,
        moves: [...s.moves, move(1)],
        left: { ...s.left, comesIn: comesIn - 1 },
      },
    ])
  if (days > 0 && s.moves.some(({ sent }) => sent === 'lately')) {
    const moves = s.moves.map((one) => ({ ...one, sent: one.sent === 'lately' ? ('long ago' as const) : one.sent }))
    next.push(['a day passes', { ...s, moves, left: { ...s.left, days: days - 1 } }])
  }
  return next
}

/** The first that has not been told: those of an item stay in order. */
function publisher(s: ToldMoves, reads: boolean): [string, ToldMoves][] {
  const n = s.moves.findIndex(({ isTold }) => !isTold)
  const move = s.moves[n]
  if (!move) return []
  const past = ago[move.sent]
  const sentAt = past === null ? null : new Date(10 * DAY - past)
  const turn = turnOf({ firstSentAt: sentAt, sentAt }, new Date(10 * DAY), REMEMBERING)
  const put = (change: Partial<Move>, more: Partial<ToldMoves> = {}): ToldMoves => ({
    ...s,
    ...more,
    moves: s.moves.with(n, { ...move, ...change }),
  })
  // The document of its change is there or not.
  if (turn === 'read' && reads) return [['looks whether it happened', put({ isTold: move.done > 0, sent: 'never' })]]
  // Under a key that is remembered a repeat does nothing.
  const acts = move.done === 0 || move.sent === 'long ago'
  const made = acts ? { done: move.done + 1 } : {}
  const there = acts ? s.there + move.delta : s.there
  const next: [string, ToldMoves][] = [['is told', put({ ...made, isTold: true, sent: 'lately' }, { there })]]
  if (s.left.losses === 0) return next
  const left = { ...s.left, losses: s.left.losses - 1 }
  const sent = move.sent === 'never' ? 'lately' : move.sent
  next.push(
    ['the answer is lost', put({ ...made, sent }, { there, left })],
    ['the call is lost', put({ sent }, { left })],
  )
  return next
}
