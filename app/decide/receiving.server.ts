import { z } from 'zod'
import { isRefusal } from '../kernel/refusal.ts'
import { openDelivery } from '../pool/delivery.server.ts'
import { HANDLED_STATES } from '../pool/moving-place.server.ts'
import { closeDelivery, receivePieces } from '../pool/receive.server.ts'
import { act } from '../sync/act.server.ts'
import { decision } from './decision.server.ts'
import { id, maybeId, pieces, textUpTo, token } from './fields.ts'

const MOST_LINES = 500
const MOST_CHARACTERS = 20_000

// "12/5,13/1": an item and how many of it, a pair each; none when nobody ordered anything.
const lines = z
  .string()
  .max(MOST_CHARACTERS)
  .regex(/^(\d{1,9}\/[1-9]\d{0,8}(,\d{1,9}\/[1-9]\d{0,8})*)?$/, 'must be items with how many of each')
  .transform((text) => (text === '' ? [] : text.split(',').map(lineOf)))
  .refine((all) => all.length <= MOST_LINES, `are too many: ${MOST_LINES} at most`)

function lineOf(text: string): { itemId: number; quantity: number } {
  const [itemId = 0, quantity = 0] = text.split('/').map(Number)
  return { itemId, quantity }
}

const day = z.preprocess(
  (given) => (given === '' || given === undefined ? null : given),
  z.iso.date('must be a day').nullable(),
)

/** What comes in from suppliers. */
export const RECEIVING_DECISIONS = {
  'open-delivery': decision({
    needs: 'handle',
    shape: { token, partnerId: maybeId, reference: textUpTo(100), locationId: id, expectedOn: day, lines },
    async carryOut(given, { sync, merchantId, actor }) {
      const opened = await act(sync, { merchantId }, (tx, at) => openDelivery(tx, { ...given, merchantId, actor }, at))
      return isRefusal(opened) ? opened : { said: { deliveryId: opened.deliveryId } }
    },
  }),
  receive: decision({
    needs: 'handle',
    shape: { token, deliveryId: id, itemId: id, quantity: pieces, toLocationId: id, toState: z.enum(HANDLED_STATES) },
    async carryOut({ toLocationId, toState, ...given }, { sync, merchantId, actor }) {
      const to = { locationId: toLocationId, state: toState }
      const taken = await act(sync, { merchantId }, (tx, at) =>
        receivePieces(tx, { ...given, merchantId, actor, to }, at),
      )
      return isRefusal(taken) ? taken : undefined
    },
  }),
  'close-delivery': decision({
    needs: 'handle',
    shape: { deliveryId: id },
    async carryOut(given, { sync, merchantId, actor }) {
      const closed = await act(sync, { merchantId }, (tx, at) => closeDelivery(tx, { ...given, merchantId, actor }, at))
      return isRefusal(closed) ? closed : undefined
    },
  }),
}
