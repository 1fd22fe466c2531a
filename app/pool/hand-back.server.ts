import { isRefusal, refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { append, happened } from './ledger.server.ts'
import type { Moved, Moving } from './move.server.ts'
import { notThere } from './move.server.ts'
import { countedItem, placesOf } from './moving-place.server.ts'
import { keepRemark } from './remark.server.ts'

/** Pieces that leave us: to the vendor or client they belong to, or sold by the partner who had them on memo. */
export type HandingBack = Pick<
  Moving,
  'merchantId' | 'actor' | 'token' | 'itemId' | 'quantity' | 'from' | 'why' | 'stayId'
>

/** What lies in a vendor's or a client's place goes back to them; what is out on memo was sold there. */
export async function handBack(tx: Sql, given: HandingBack, at: Date): Promise<Refusal | Moved> {
  const { merchantId, actor, itemId, quantity, from } = given
  const key = `back/${given.token}`
  if (await happened(tx, { merchantId, key })) return { freed: [] }
  const item = await countedItem(tx, merchantId, itemId)
  if (isRefusal(item)) return item
  const places = await placesOf(tx, merchantId, [from.locationId])
  if (isRefusal(places)) return places
  const place = places[0]!
  const sold = place.owner === 'ours'
  if (sold && place.kind !== 'memo_out') return refuse('ours', `What lies in ${place.name} is ours.`)
  const cause = await keepRemark(tx, { merchantId, actor, text: given.why, at })
  const reason = sold ? 'sold' : 'given back to its owner'
  const to = { outside: place.owner === 'vendor' ? ('supplier' as const) : ('customer' as const) }
  const who = { merchantId, key, reason, actor, cause, accountId: null } as const
  const move = { itemId, quantity, from, to, stay: { ends: given.stayId } }
  const done = await append(tx, { ...who, occurredAt: at, recordedAt: at }, [move])
  return typeof done === 'string' ? { freed: [] } : notThere(quantity, place)
}
