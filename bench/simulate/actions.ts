import type { Action } from './action.ts'
import { ACTS } from './acts.ts'
import { BUYERS, TILL } from './buyers.ts'
import { CARTS, CLIENTS } from './clients.ts'
import { DELIVERIES } from './deliveries.ts'
import { ERASURE } from './erasure.ts'
import { EXCHANGES } from './exchanges.ts'
import { HANDS } from './hands.ts'
import { MADE } from './made.ts'
import { BY_HAND, MERCHANT } from './merchant.ts'
import { HANDLING } from './orders.ts'
import { answerQuestions } from './quiet.ts'
import { BUFFERS, RULES } from './rules.ts'
import { STAFF } from './staff.ts'
import { WORKSHOP } from './workshop.ts'

/** Everything that anybody can do. What the app learns to do is one more entry, in the file of those who do it. */
export const ACTIONS: Action[] = [
  ...BUYERS,
  ...HANDLING,
  ...STAFF,
  ...MERCHANT,
  ...CLIENTS,
  ...WORKSHOP,
  ...RULES,
  ...BUFFERS,
  ...HANDS,
  ...DELIVERIES,
  ...ACTS,
  ...EXCHANGES,
  ...MADE,
  ...ERASURE,
  { name: 'answer what is asked', weight: 1, perform: async (life) => void (await answerQuestions(life)) },
]

/**
 * What is known to break a law, until the app is mended (`--everything` has it take part):
 * - what the till hands over while the app has promised it elsewhere (to an order whose news came first, or to a cart) is
 *   booked as sent without a movement, stays in the ledger as if it were in the house, and is for sale again when that
 *   promise ends (seed 1001);
 * - the last piece that a person takes away in Shopify (or cancels without a restock) and that an order has before the app
 *   has seen it is never booked: a person is told, and the order waits for nothing while others may sell (`mayGoUnseen`);
 * - a number that a person lowered on Etsy is believed, and raised again, when a write without an answer comes between.
 */
export const AWAITED: Action[] = [...TILL, ...CARTS, ...BY_HAND]
