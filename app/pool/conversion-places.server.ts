import { isRefusal, refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import type { Conversion, Pieces } from './conversion.ts'
import { type MovingPlace, placesOf } from './moving-place.server.ts'
import { anotherOwner, notThroughTransit, ofOneOwner } from './objection.ts'

/**
 * Asks the places of a conversion: what is a client's or a vendor's stays theirs, whatever is made of it, and what has a
 * check before it is not made into something that is for sale. `checkOwed`: what is made has that check before it too.
 */
export async function conversionPlaces(
  tx: Sql,
  { merchantId, takes, makes }: Conversion & { merchantId: number },
): Promise<Refusal | { checkOwed: boolean }> {
  const ids = [...new Set([...takes, ...makes].map(({ locationId }) => locationId))]
  const found = await placesOf(tx, merchantId, ids)
  if (isRefusal(found)) return found
  const places = new Map(found.map((place) => [place.id, place]))
  const [of] = takes.flatMap(({ locationId }) => places.get(locationId) ?? [])
  if (!of) return { checkOwed: false }
  const other = found.find((place) => !ofOneOwner(of, place))
  if (other) return anotherOwner(of, other)
  const underway = found.find((place) => notThroughTransit({ from: place, to: place }))
  if (underway) return refuse('transit', 'Pieces on their way arrive first.')
  const checkOwed = await isCheckOwed(tx, merchantId, takes)
  const forSale = makes.find(({ locationId, state }) => state === 'available' && places.get(locationId)?.sellable)
  return checkOwed && forSale ? noCheck(of) : { checkOwed }
}

const noCheck = ({ name }: MovingPlace): Refusal =>
  refuse('no-check', `What comes from ${name} must have passed a check before it is for sale.`)

async function isCheckOwed(tx: Sql, merchantId: number, takes: Pieces[]): Promise<boolean> {
  if (takes.some(({ state }) => state === 'quality_check')) return true
  const text = `SELECT EXISTS (SELECT FROM unnest($2::int[], $3::int[], $4::stock_state[]) AS t (item_id, location_id, state)
    JOIN stay s ON s.merchant_id = $1 AND s.item_id = t.item_id AND s.location_id = t.location_id AND s.state = t.state
      AND s.quantity_left > 0 AND s.check_owed) AS owed`
  const columns = [takes.map((t) => t.itemId), takes.map((t) => t.locationId), takes.map((t) => t.state)]
  const { rows } = await tx.query<{ owed: boolean }>({
    name: 'conversion-owes',
    text,
    values: [merchantId, ...columns],
  })
  return rows[0]?.owed === true
}
