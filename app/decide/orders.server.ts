import { z } from 'zod'
import { chooseAuthoritative } from '../catalog/authoritative.server.ts'
import { IDENTITIES, noteIdentity } from '../catalog/identity.server.ts'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import { turnOrderMirroring } from '../merchant/order-mirroring.server.ts'
import { keepOrderPolicy } from '../merchant/order-policy.server.ts'
import { confirmClaim } from '../orders/claim.server.ts'
import { exchange } from '../orders/exchange.server.ts'
import { expectNoMore, expectReturn } from '../orders/expected-return.server.ts'
import { tryMirrorAgain } from '../orders/order-mirror-view.server.ts'
import { addOurLine, cancelOurs, sendOurs } from '../orders/our-line.server.ts'
import { failReturn, type Handling, passReturn, receiveReturn } from '../orders/return.server.ts'
import { CONDITIONS } from '../orders/return-parcel.server.ts'
import type { Sql } from '../kernel/sql.ts'
import { STOCKED_CHANNELS } from '../channels/registry.ts'
import { act, type Done } from '../sync/act.server.ts'
import { giveBackPieces } from '../sync/give-back.server.ts'
import { wake } from '../sync/wake.server.ts'
import { decision, type Deciding } from './decision.server.ts'
import { flag, id, pieces } from './fields.ts'

// Made by the form: what is sent twice is done once.
const token = z.string().regex(/^[\w-]{8,64}$/, 'must be made by the form')
const optionalId = z.union([z.literal('').transform(() => null), id]).optional()
const condition = z.enum(CONDITIONS)
const NOTHING: Done = { freed: [] }

/** What is decided about orders: what came back, what is sent beside them, whose a one-of-one piece is. */
export const ORDER_DECISIONS = {
  'return-received': decision({
    needs: 'handle',
    shape: { lineId: id, quantity: pieces, condition, token },
    carryOut: (given, who) => doing(who, given.token, (tx, how) => receiveReturn(tx, { ...given, ...how })),
  }),
  'return-expected': decision({
    needs: 'handle',
    shape: { lineId: id, quantity: pieces, token },
    carryOut: (given, who) => doing(who, given.token, (tx, how) => expectReturn(tx, { ...given, ...how })),
  }),
  'return-not-coming': decision({
    needs: 'handle',
    shape: { expectedId: id },
    carryOut: (given, who) => doing(who, '', (tx, how) => expectNoMore(tx, { ...given, ...how })),
  }),
  'return-passed': decision({
    needs: 'handle',
    shape: { parcelId: id, quantity: pieces, token },
    carryOut: (given, who) => doing(who, given.token, (tx, how) => passReturn(tx, { ...given, ...how })),
  }),
  'return-failed': decision({
    needs: 'handle',
    shape: { parcelId: id, quantity: pieces, token },
    carryOut: (given, who) => doing(who, given.token, (tx, how) => failReturn(tx, { ...given, ...how })),
  }),
  exchange: decision({
    needs: 'handle',
    shape: { lineId: id, quantity: pieces, itemId: id, back: z.enum(['now', 'later']), condition, token },
    carryOut: (given, who) => doing(who, given.token, (tx, how) => exchange(tx, { ...given, ...how })),
  }),
  replacement: decision({
    needs: 'handle',
    shape: { lineId: id, quantity: pieces, itemId: optionalId, token },
    carryOut: ({ lineId, itemId = null, quantity, token }, who) =>
      doing(who, token, (tx, how) => addOurLine(tx, { ...how, forLine: lineId, itemId, quantity, as: 'replace' })),
  }),
  'ours-sent': decision({
    needs: 'handle',
    shape: { lineId: id, quantity: pieces, token },
    carryOut: (given, who) => doing(who, given.token, (tx, how) => sendOurs(tx, { ...given, ...how })),
  }),
  'ours-cancelled': decision({
    needs: 'handle',
    shape: { lineId: id, quantity: pieces, token },
    carryOut: (given, who) => doing(who, given.token, (tx, how) => cancelOurs(tx, { ...given, ...how })),
  }),
  'give-back': decision({
    needs: 'handle',
    shape: { orderId: id, lineId: id, quantity: pieces, token },
    carryOut: ({ orderId, token, ...line }, who) => giveBackPieces(who.sync, who, { orderId, token, lines: [line] }),
  }),
  'claim-confirm': decision({
    needs: 'decide',
    shape: { lineId: id },
    carryOut: ({ lineId }, who) =>
      doing(who, '', async (tx, how) => {
        const confirmed = await confirmClaim(tx, { ...how, lineId })
        return isRefusal(confirmed) ? confirmed : NOTHING
      }),
  }),
  authoritative: decision({
    needs: 'decide',
    shape: { listingId: id },
    carryOut: ({ listingId }, who) =>
      doing(
        who,
        '',
        async (tx, { merchantId }) => (await chooseAuthoritative(tx, { merchantId, listingId })) ?? NOTHING,
      ),
  }),
  identity: decision({
    needs: 'handle',
    shape: { itemId: id, kind: z.enum(IDENTITIES), value: z.string().trim().min(1, 'must say something').max(200) },
    carryOut: (given, who) =>
      doing(who, '', async (tx, how) => (await noteIdentity(tx, { ...given, ...how })) ?? NOTHING),
  }),
  'mirror-orders': decision({
    needs: 'connect',
    shape: { on: flag },
    carryOut: ({ on }, { sync, merchantId, actor }) => {
      const turning = { merchantId, channels: STOCKED_CHANNELS, on, actor, at: sync.clock.now() }
      return sync.inTransaction((tx) => turnOrderMirroring(tx, turning))
    },
  }),
  'mirror-again': decision({
    needs: 'handle',
    shape: { orderId: id },
    async carryOut({ orderId }, { sync, merchantId }) {
      const refusal = await tryMirrorAgain(sync.db, { merchantId, orderId, at: sync.clock.now() })
      if (!refusal) await wake(sync.db, merchantId)
      return refusal
    },
  }),
  'order-policy': decision({
    needs: 'arrange',
    shape: {
      claimMinutes: z
        .string()
        .regex(/^\d{1,5}$/, 'must be whole minutes')
        .transform(Number)
        .refine((minutes) => minutes <= 10_080, 'is a week at most'),
      inspectsReturns: z.enum(['yes', 'no']),
    },
    carryOut: async ({ claimMinutes, inspectsReturns }, { sync, merchantId }) =>
      keepOrderPolicy(sync.db, merchantId, { claimMinutes, inspectsReturns: inspectsReturns === 'yes' }),
  }),
}

async function doing(
  { sync, merchantId, actor }: Deciding,
  token: string,
  work: (tx: Sql, how: Handling) => Promise<Refusal | Done>,
): Promise<Refusal | undefined> {
  const done = await act(sync, { merchantId }, (tx, at) => work(tx, { merchantId, actor, token, at }))
  return isRefusal(done) ? done : undefined
}
