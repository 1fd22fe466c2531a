import type { Action } from './action.ts'
import { ACTS } from './acts.ts'
import { BUYERS } from './buyers.ts'
import { CLIENTS } from './clients.ts'
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
  ...BY_HAND,
  ...CLIENTS,
  ...WORKSHOP,
  ...RULES,
  ...HANDS,
  ...DELIVERIES,
  ...ACTS,
  ...EXCHANGES,
  ...MADE,
  ...ERASURE,
  { name: 'answer what is asked', weight: 1, perform: async (life) => void (await answerQuestions(life)) },
]

/** Not played yet: with them about one life in three of 3,000 events breaks a law, and it is not known whose fault it is. */
export const AWAITED: Action[] = [...BUFFERS]
