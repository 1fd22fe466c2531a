import type { Action } from './action.ts'
import { BUYERS } from './buyers.ts'
import { CLIENTS } from './clients.ts'
import { BY_HAND, MERCHANT } from './merchant.ts'
import { HANDLING } from './orders.ts'
import { answerQuestions } from './quiet.ts'
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
  { name: 'answer what is asked', weight: 1, perform: async (life) => void (await answerQuestions(life)) },
]
