import { isRefusal, type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { changeOf, type Held, type Hold, type Holder, lockHold } from '../pool/hold.server.ts'
import { endHold, itemsOf, takeFromAllocation } from '../pool/hold-end.server.ts'
import { append } from '../pool/ledger.server.ts'
import { giveToLine, lockLine, type WaitingLine } from './give-to-line.server.ts'
import { type AtPlace, type Part, pickUnits, unitsIn } from './parts.ts'

/** `nowWhole`: lines that were short and are not any more. */
export type Converted = Held & { nowWhole: number[] }

type Who = Pick<Holder, 'merchantId' | 'actor' | 'at'>

/**
 * The client has ordered: the pieces on hold become that line's. Where the line has taken other pieces already, as many
 * of those on hold are for sale again instead. What the line does not want stays on hold.
 */
export async function convertHold(
  tx: Sql,
  who: Who,
  { holdId, lineId }: { holdId: number; lineId: number },
): Promise<Refusal | Converted> {
  const hold = await lockHold(tx, who.merchantId, holdId)
  if (isRefusal(hold)) return hold
  const line = await lockLine(tx, who.merchantId, lineId)
  const refused = cannotBecome(hold, line)
  if (refused || !line) return refused ?? NO_LINE
  const held = unitsIn(hold.places, hold.parts)
  const n = Math.min(held, line.short + line.reserved)
  const units = Math.min(n, line.short)
  const given = pickUnits(hold.places, hold.parts, units)
  const freed = pickUnits(without(hold.places, given), hold.parts, n - units)
  // What is left on hold makes the key: the same line may be given more later.
  const change = changeOf(who, { holdId, step: `line/${lineId}/${held}`, reason: 'hold became an order' })
  if (units > 0) {
    await giveToLine(tx, change, { line, kept: { units, state: 'held', places: given, account: null } })
  }
  if (freed.length > 0) {
    const at = (state: 'held' | 'available', { locationId }: AtPlace) => ({ locationId, state })
    const back = freed.map((place) => ({
      itemId: place.itemId,
      quantity: place.quantity,
      from: at('held', place),
      to: at('available', place),
    }))
    const done = await append(tx, { ...change, key: `${change.key}/freed` }, back)
    if (done !== 'done') return refuse('not-there', 'Its pieces are not where the books say. Count them first.')
  }
  if (n === held) await endHold(tx, who, { holdId, status: 'converted' })
  else for (const places of [given, freed]) if (places.length > 0) await takeFromAllocation(tx, who, { holdId, places })
  const whole = units > 0 && line.short <= n
  return { holdId, freed: itemsOf({ places: freed }), nowWhole: whole ? [lineId] : [] }
}

const NO_LINE = refuse('unknown-line', 'There is no such line of an order.')

function cannotBecome(hold: Hold, line: WaitingLine | undefined): Refusal | undefined {
  if (!line || line.history) return NO_LINE
  if (line.itemId !== hold.itemId) return refuse('other-item', 'That order asks for another item.')
  if (line.short + line.reserved === 0) return refuse('nothing-wanted', 'That order waits for no piece of it any more.')
  if (!areTheSame(line.parts, hold.parts))
    return refuse('other-parts', 'The set of that order is made of other parts than the one on hold.')
  return undefined
}

const areTheSame = (a: Part[], b: Part[]): boolean =>
  a.length === b.length && a.every(({ itemId, needs }) => b.some((one) => one.itemId === itemId && one.needs === needs))

/** What is left at each place. */
function without(places: AtPlace[], taken: AtPlace[]): AtPlace[] {
  return places.map((place) => {
    const same = taken.find((one) => one.locationId === place.locationId && one.itemId === place.itemId)
    return { ...place, quantity: place.quantity - (same?.quantity ?? 0) }
  })
}
