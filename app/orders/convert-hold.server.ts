import { isRefusal, type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { changeOf, type Held, type Hold, type Holder, lockHold } from '../pool/hold.server.ts'
import { endHold, takeFromAllocation } from '../pool/hold-end.server.ts'
import { append } from '../pool/ledger.server.ts'
import { type AtLocation, pick } from './allocation.ts'
import { giveToLine, lockLine, type WaitingLine } from './give-to-line.server.ts'

/** `nowWhole`: lines that were short and are not any more. */
export type Converted = Held & { nowWhole: number[] }

/**
 * The client has ordered: the pieces on hold become that line's. Where the line has taken other pieces already, as many
 * of those on hold are for sale again instead. What the line does not want stays on hold.
 */
export async function convertHold(
  tx: Sql,
  who: Pick<Holder, 'merchantId' | 'actor' | 'at'>,
  { holdId, lineId }: { holdId: number; lineId: number },
): Promise<Refusal | Converted> {
  const hold = await lockHold(tx, who.merchantId, holdId)
  if (isRefusal(hold)) return hold
  const line = await lockLine(tx, who.merchantId, lineId)
  const refused = cannotBecome(hold, line)
  if (refused || !line) return refused ?? NO_LINE
  const held = hold.places.reduce((sum, { quantity }) => sum + quantity, 0)
  const n = Math.min(held, line.short + line.reserved)
  const given = pick(hold.places, Math.min(n, line.short))
  const freed = pick(without(hold.places, given), n - Math.min(n, line.short))
  // What is left on hold makes the key: the same line may be given more later.
  const change = changeOf(who, { holdId, step: `line/${lineId}/${held}`, reason: 'hold became an order' })
  if (given.length > 0) {
    const kept = { itemId: hold.itemId, state: 'held' as const, places: given, account: null }
    await giveToLine(tx, change, { line, kept })
  }
  if (freed.length > 0) {
    const at = (state: 'held' | 'available', { locationId }: AtLocation) => ({ locationId, state })
    const back = freed.map((place) => ({
      itemId: hold.itemId,
      quantity: place.quantity,
      from: at('held', place),
      to: at('available', place),
    }))
    const done = await append(tx, { ...change, key: `${change.key}/freed` }, back)
    if (done !== 'done') return refuse('not-there', 'Its pieces are not where the books say. Count them first.')
  }
  if (n === held) await endHold(tx, who, { holdId, status: 'converted' })
  else for (const place of [...given, ...freed]) await takeFromAllocation(tx, who, { hold, ...place })
  const whole = given.length > 0 && line.short <= n
  return { holdId, freed: freed.length > 0 ? [hold.itemId] : [], nowWhole: whole ? [lineId] : [] }
}

const NO_LINE = refuse('unknown-line', 'There is no such line of an order.')

function cannotBecome(hold: Hold, line: WaitingLine | undefined): Refusal | undefined {
  if (!line || line.history) return NO_LINE
  if (line.itemId !== hold.itemId) return refuse('other-item', 'That order asks for another item.')
  if (line.short + line.reserved === 0) return refuse('nothing-wanted', 'That order waits for no piece of it any more.')
  return undefined
}

/** What is left at each place. */
function without(places: AtLocation[], taken: AtLocation[]): AtLocation[] {
  return places.map(({ locationId, quantity }) => ({
    locationId,
    quantity: quantity - (taken.find((one) => one.locationId === locationId)?.quantity ?? 0),
  }))
}
