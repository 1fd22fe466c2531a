import { z } from 'zod'
import type { Refusal } from '../kernel/refusal.ts'
import { countPieces } from '../pool/count.server.ts'
import { extendStay } from '../pool/extend-stay.server.ts'
import { handBack } from '../pool/hand-back.server.ts'
import { movePieces } from '../pool/move.server.ts'
import { moveOnHold } from '../pool/move-on-hold.server.ts'
import { HANDLED_STATES } from '../pool/moving-place.server.ts'
import { arrivePieces, sendPieces } from '../pool/transit.server.ts'
import { act } from '../sync/act.server.ts'
import { decision, type Deciding } from './decision.server.ts'
import { count, flag, id, maybeId, maybeMoment, pieces, token, words } from './fields.ts'

const state = z.enum(HANDLED_STATES)
// What is on hold is carried too, and stays on hold.
const anyState = z.enum([...HANDLED_STATES, 'held'])
const from = { fromLocationId: id, fromState: state }
const carrying = { token, itemId: id, quantity: pieces, why: words, stayId: maybeId }
const due = { dueAt: maybeMoment, partnerId: maybeId }

type Doing = Parameters<typeof act>[2]

/** Who does it, and nothing to look at when it is done. */
async function done(who: Deciding, work: Doing): Promise<Refusal | undefined> {
  const answer = await act(who.sync, who, work)
  return 'refused' in answer ? answer : undefined
}

const fromOf = (given: { fromLocationId: number; fromState: z.infer<typeof state> }) => ({
  locationId: given.fromLocationId,
  state: given.fromState,
})
const toOf = (given: { toLocationId: number; toState: z.infer<typeof state> }) => ({
  locationId: given.toLocationId,
  state: given.toState,
})
const by = ({ merchantId, actor }: Deciding) => ({ merchantId, actor })

/** What people do with pieces in their hands. */
export const HANDLING_DECISIONS = {
  move: decision({
    needs: 'handle',
    shape: { ...carrying, ...from, fromState: anyState, ...due, toLocationId: id, toState: anyState, bought: flag },
    carryOut: ({ fromState, toState, ...given }, who) =>
      done(who, (tx, at) => {
        if (fromState === 'held' || toState === 'held') {
          const ends = { from: { locationId: given.fromLocationId, state: fromState } }
          const to = { locationId: given.toLocationId, state: toState }
          return moveOnHold(tx, { ...given, ...by(who), ...ends, to }, at)
        }
        const [from, to] = [fromOf({ ...given, fromState }), toOf({ ...given, toState })]
        return movePieces(tx, { ...given, ...by(who), from, to, check: null }, at)
      }),
  }),
  'pass-check': decision({
    needs: 'handle',
    shape: { ...carrying, ...from, toLocationId: id },
    carryOut: (given, who) => check(given, { who, toState: 'available', passed: true }),
  }),
  'fail-check': decision({
    needs: 'handle',
    shape: { ...carrying, ...from, toLocationId: id, toState: state },
    carryOut: (given, who) => check(given, { who, toState: given.toState, passed: false }),
  }),
  send: decision({
    needs: 'handle',
    shape: { ...carrying, ...from, ...due, toLocationId: id },
    carryOut: (given, who) => done(who, (tx, at) => sendPieces(tx, { ...given, ...by(who), from: fromOf(given) }, at)),
  }),
  arrive: decision({
    needs: 'handle',
    shape: { token, stayId: id, quantity: pieces, state, toLocationId: maybeId, why: words, passed: flag },
    carryOut: (given, who) =>
      done(who, (tx, at) => arrivePieces(tx, { ...given, ...by(who), check: given.passed ? 'passed' : null }, at)),
  }),
  count: decision({
    needs: 'handle',
    shape: { token, itemId: id, ...from, counted: count, saw: count, why: words },
    carryOut: (given, who) => done(who, (tx, at) => countPieces(tx, { ...given, ...by(who), at: fromOf(given) }, at)),
  }),
  'hand-back': decision({
    needs: 'handle',
    shape: { ...carrying, ...from },
    carryOut: (given, who) => done(who, (tx, at) => handBack(tx, { ...given, ...by(who), from: fromOf(given) }, at)),
  }),
  'extend-stay': decision({
    needs: 'handle',
    shape: { stayId: id, dueAt: maybeMoment, why: words },
    carryOut: ({ dueAt, ...given }, who) =>
      done(who, (tx, at) => extendStay(tx, { ...given, ...by(who), dueAt: dueAt ?? at }, at)),
  }),
}

type Checking = {
  token: string
  itemId: number
  quantity: number
  why: string
  stayId: number | null
  fromLocationId: number
  fromState: z.infer<typeof state>
  toLocationId: number
}

/** A piece has been looked at: it goes where it is to go, and who looked is known. */
function check(
  given: Checking,
  { who, toState, passed }: { who: Deciding; toState: z.infer<typeof state>; passed: boolean },
): Promise<Refusal | undefined> {
  const rest = {
    dueAt: null,
    partnerId: null,
    bought: false,
    check: passed ? ('passed' as const) : ('failed' as const),
  }
  const to = { locationId: given.toLocationId, state: toState }
  return done(who, (tx, at) => movePieces(tx, { ...given, ...rest, ...by(who), from: fromOf(given), to }, at))
}
