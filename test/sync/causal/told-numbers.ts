import { mayRaise, verdictOn } from '#app/sync/verdict.ts'
import type { SmallWorld } from './explore.ts'

// A channel that is told numbers, one listing of it, and everybody who can do something to it. What decides is the
// publisher's own code (verdict.ts); the rest says in a few lines what the channel, the orders and the statements of
// publication.server and ingest-order.server do to what is known.

/** A sale there that we have not heard of: shown in the number we last saw, made while a write was on its way, or later. */
type Unheard = { seen: number; close: number; later: number }

type Computed = { quantity: number; shown: number; pool: number; seq: number }

type Doing =
  | { is: 'nothing' }
  | { is: 'raising'; computed: Computed }
  | { is: 'writing'; computed: Computed }
  /** it has compared, and the number is on its way; when it compared it showed `there`, and so many were to be had */
  | { is: 'sent'; computed: Computed; there: number; toBeHad: number }

export type ToldNumbers = {
  pool: number
  seq: number
  there: number
  unheard: Unheard
  shown: number
  seen: boolean
  unexplained: number
  readOwed: boolean
  doing: Doing
  left: { salesThere: number; salesElsewhere: number; comesIn: number; losses: number; deaths: number }
  wrong: string | null
  /** sold units that a write put back on sale in the time between its comparison and its arrival */
  undone: number
}

export type Rules = {
  guard: 'nothing' | 'compare-and-swap'
  /** left out to see what it is for */
  without?:
    | 'reading orders before raising'
    | 'comparing'
    | 'reading after no answer'
    | 'the read that is owed'
    | 'noting what is sent before it is'
}

const NOTHING: Doing = { is: 'nothing' }

export function toldNumbers(rules: Rules, left: ToldNumbers['left'], pieces = 2): SmallWorld<ToldNumbers> {
  const unheard = { seen: 0, close: 0, later: 0 }
  const known = { shown: pieces, seen: true, unexplained: 0, readOwed: false }
  const start = { pool: pieces, seq: 0, there: pieces, unheard, ...known, doing: NOTHING, left, wrong: null, undone: 0 }
  return {
    start,
    moves: (state) => [...outside(state, rules), ...publisher(state, rules)],
    wrong: (state) => state.wrong ?? settledWrong(state, rules),
  }
}

const waiting = ({ seen, close, later }: Unheard) => seen + close + later

function outside(s: ToldNumbers, { without }: Rules): [string, ToldNumbers][] {
  const moves: [string, ToldNumbers][] = []
  const { salesThere, salesElsewhere, comesIn, deaths } = s.left
  if (salesThere > 0 && s.there > 0) {
    const close = s.doing.is === 'sent'
    const unheard = { ...s.unheard, [close ? 'close' : 'later']: s.unheard[close ? 'close' : 'later'] + 1 }
    moves.push(['sold there', { ...s, there: s.there - 1, unheard, left: { ...s.left, salesThere: salesThere - 1 } }])
  }
  if (salesElsewhere > 0 && s.pool > 0) {
    const left = { ...s.left, salesElsewhere: salesElsewhere - 1 }
    moves.push(['sold elsewhere', { ...s, pool: s.pool - 1, seq: s.seq + 1, left }])
  }
  if (comesIn > 0)
    moves.push(['comes in', { ...s, pool: s.pool + 1, seq: s.seq + 1, left: { ...s.left, comesIn: comesIn - 1 } }])
  for (const when of ['seen', 'close', 'later'] as const) {
    if (s.unheard[when] > 0) moves.push([`heard of a sale (${when})`, heard(s, when)])
  }
  if (deaths > 0 && s.doing.is !== 'nothing') {
    // What was noted as sent is read before it is believed by whoever comes after.
    const isNoted = s.doing.is !== 'raising' && without !== 'noting what is sent before it is'
    const left = { ...s.left, deaths: deaths - 1 }
    const known = { seen: s.seen && !isNoted, doing: NOTHING, left }
    moves.push(['the process dies', { ...s, ...known }])
    if (s.doing.is === 'sent') moves.push(['it dies, the write arrives', { ...arrive(s, s.doing), ...known }])
  }
  return moves
}

/** As ingest-order.server does it: book it, and lower what is expected or explain the drop. */
function heard(s: ToldNumbers, when: keyof Unheard): ToldNumbers {
  const isIn = when === 'seen' || s.unexplained > 0
  return {
    ...s,
    pool: Math.max(0, s.pool - 1),
    seq: s.seq + 1,
    unheard: { ...s.unheard, [when]: s.unheard[when] - 1 },
    shown: isIn ? s.shown : Math.max(0, s.shown - 1),
    unexplained: isIn ? Math.max(0, s.unexplained - 1) : s.unexplained,
    seen: s.seen && !(when === 'close' && s.unexplained === 0),
  }
}

function ordersRead(s: ToldNumbers): ToldNumbers {
  let now = s
  for (const when of ['seen', 'close', 'later'] as const) while (now.unheard[when] > 0) now = heard(now, when)
  return { ...now, readOwed: false }
}

/** What was sold up to now is in the number that was just read. */
const inWhatIsSeen = ({ seen, close, later }: Unheard): Unheard => ({ seen: seen + close + later, close: 0, later: 0 })

function publisher(s: ToldNumbers, rules: Rules): [string, ToldNumbers][] {
  if (s.doing.is === 'raising') return raising(s, s.doing.computed, rules)
  if (s.doing.is === 'writing') return [comparing(s, s.doing.computed, rules)]
  if (s.doing.is === 'sent') return answers(s, s.doing)
  const moves: [string, ToldNumbers][] = []
  if (waiting(s.unheard) > 0 || s.readOwed) moves.push(['the orders are read', ordersRead(s)])
  const quantity = Math.max(0, s.pool - s.unexplained)
  const verdict = verdictOn({
    ...s,
    publishable: true,
    quantity,
    seen: s.seen || rules.without === 'reading after no answer',
  })
  const computed = { quantity, shown: s.shown, pool: s.pool, seq: s.seq }
  if (verdict === 'look')
    moves.push(['looks', { ...s, shown: s.there, seen: true, unexplained: 0, unheard: inWhatIsSeen(s.unheard) }])
  if (verdict === 'lower')
    moves.push([`lowers to ${quantity}`, { ...s, readOwed: true, doing: { is: 'writing', computed } }])
  if (verdict === 'raise') moves.push([`would raise to ${quantity}`, { ...s, doing: { is: 'raising', computed } }])
  return moves
}

function raising(s: ToldNumbers, computed: Computed, { without }: Rules): [string, ToldNumbers][] {
  const isRead = without !== 'reading orders before raising'
  const known = isRead ? ordersRead(s) : s
  const now = { seq: known.seq, rulesVersion: 0 }
  const may = mayRaise(
    { ...computed, rulesVersion: 0 },
    { now, ordersRead: true, mystery: isRead && known.unexplained > 0 },
  )
  const doing: Doing = may ? { is: 'writing', computed } : NOTHING
  return [
    [
      may ? 'the orders are read, it still holds' : 'the orders are read',
      { ...known, readOwed: known.readOwed || may, doing },
    ],
  ]
}

function comparing(s: ToldNumbers, computed: Computed, { guard, without }: Rules): [string, ToldNumbers] {
  if (s.there !== computed.shown && without !== 'comparing') {
    const known = s.seen && s.shown === computed.shown
    const unexplained = s.unexplained + (s.shown === computed.shown ? Math.max(0, computed.shown - s.there) : 0)
    const unheard = inWhatIsSeen(s.unheard)
    return ['it shows something else', { ...s, shown: s.there, seen: known, unexplained, unheard, doing: NOTHING }]
  }
  const sent = { is: 'sent' as const, computed, there: s.there, toBeHad: computed.pool - waiting(s.unheard) }
  // It compares and sets as one: nothing is in between.
  if (guard === 'compare-and-swap') return ['compares and sets', accepted(arrive(s, sent), computed)]
  return ['compares', { ...s, doing: sent }]
}

type OnItsWay = Extract<Doing, { is: 'sent' }>

function arrive(s: ToldNumbers, { computed, there, toBeHad }: OnItsWay): ToldNumbers {
  const raises = computed.quantity > there
  const wrong =
    raises && computed.quantity > toBeHad ? `sold pieces go back on sale: ${computed.quantity} of ${toBeHad}` : null
  const undone = Math.max(0, Math.min(there, computed.quantity) - s.there)
  return { ...s, there: computed.quantity, wrong: s.wrong ?? wrong, undone: s.undone + undone }
}

/** As publication.server keeps an accepted write: seen as of when it was sent, unless it is not what was expected any more. */
function accepted(s: ToldNumbers, { quantity, shown }: Computed): ToldNumbers {
  const { seen, close, later } = s.unheard
  const unheard = { seen: seen + later, close, later: 0 }
  return { ...s, shown: quantity, seen: s.seen && s.shown === shown, unheard, doing: NOTHING }
}

function answers(s: ToldNumbers, sent: OnItsWay): [string, ToldNumbers][] {
  const moves: [string, ToldNumbers][] = [['it is accepted', accepted(arrive(s, sent), sent.computed)]]
  if (s.left.losses === 0) return moves
  const lost = { seen: false, doing: NOTHING, left: { ...s.left, losses: s.left.losses - 1 } }
  moves.push(['the answer is lost', { ...arrive(s, sent), ...lost }], ['the call is lost', { ...s, ...lost }])
  return moves
}

/** Once everything is known and nothing is to be done, what is shown must be what there is. */
function settledWrong(s: ToldNumbers, { without }: Rules): string | null {
  const quantity = Math.max(0, s.pool - s.unexplained)
  const owed = s.readOwed && without !== 'the read that is owed'
  const rests = s.doing.is === 'nothing' && !owed && (waiting(s.unheard) === 0 || without === 'the read that is owed')
  if (!rests || verdictOn({ ...s, publishable: true, quantity }) !== 'agrees') return null
  const toBeHad = s.pool - waiting(s.unheard)
  return s.there > Math.max(0, toBeHad) ? `at rest it shows ${s.there}, and there are ${toBeHad}` : null
}
