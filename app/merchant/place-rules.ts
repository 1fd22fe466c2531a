import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Lying, PlaceRow, PlaceWords } from './place-row.server.ts'
import { NEVER_SELLS } from './place.ts'

/** Why a place cannot be as somebody says; undefined when it can. */
export function wordsRefusal({ kind, work, owner, sellable }: PlaceWords): Refusal | undefined {
  if (work !== null && kind !== 'bench') return refuse('work', 'Work is done at a bench.')
  if (sellable && NEVER_SELLS.includes(kind))
    return refuse('never-sells', 'Pieces in work, in transit, out on memo, on hold or in inspection are not for sale.')
  return sellable && owner === 'client' ? refuse('client', 'A client’s pieces are never for sale.') : undefined
}

/** Why a place cannot be changed to that while pieces lie there or a channel has it. */
export function changeRefusal(was: PlaceRow, words: PlaceWords, lying: Lying): Refusal | undefined {
  if (was.archived) return refuse('archived-place', `${was.name} is not used any more.`)
  const anotherOwner = was.owner !== words.owner || (words.owner !== 'ours' && was.partnerId !== words.partnerId)
  if (anotherOwner && lying.pieces > 0)
    return refuse('not-empty', `Pieces lie in ${was.name}: they would belong to somebody else. Move them first.`)
  if (was.sellable && !words.sellable && lying.whole && lying.sellsOnline)
    return refuse('sells-there', `A channel sells online what lies in ${was.name}. Take it out of the channel first.`)
  if (!was.sellable && words.sellable && lying.named)
    return refuse(
      'sellable',
      `${was.name} stands in a channel under a name that is not for sale. Take it out there first.`,
    )
  if (!was.sellable && words.sellable && lying.owed > 0)
    return refuse('no-check', `Pieces in ${was.name} have a check before them. Check them first.`)
  return undefined
}

/** Why a place cannot be given up. */
export function archiveRefusal(was: PlaceRow, lying: Lying): Refusal | undefined {
  if (lying.pieces > 0)
    return refuse('not-empty', `Pieces lie in ${was.name}, or are on their way there. Move them first.`)
  if (lying.deliveries > 0) return refuse('deliveries', `A delivery is expected in ${was.name}. Close it first.`)
  return lying.whole || lying.named
    ? refuse('mapped', `A channel has ${was.name}. Take it out there first.`)
    : undefined
}
