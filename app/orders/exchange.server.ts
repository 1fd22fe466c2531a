import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { expectReturn } from './expected-return.server.ts'
import { addOurLine } from './our-line.server.ts'
import { type Handling, receiveReturn } from './return.server.ts'
import type { Condition } from './return-parcel.server.ts'

export type Exchange = Handling & {
  lineId: number
  quantity: number
  /** what the buyer gets instead */
  itemId: number
  /** `later`: the piece is on its way back, is expected, and received as any return */
  back: 'now' | 'later'
  condition: Condition
}

/** Pieces come back and others go out: a return and a line of ours, both or neither. */
export async function exchange(tx: Sql, given: Exchange): Promise<Refusal | { freed: number[] }> {
  const { lineId, itemId, quantity } = given
  // First: it may have to wait for those who book the same one-of-one piece, and nothing of the order is locked yet.
  const added = await addOurLine(tx, { ...given, forLine: lineId, itemId, quantity, as: 'exchange' })
  if (isRefusal(added)) return added
  return given.back === 'later' ? expectReturn(tx, given) : receiveReturn(tx, given)
}
