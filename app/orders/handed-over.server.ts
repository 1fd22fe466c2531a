import { assert } from '../kernel/assert.ts'
import type { Sql } from '../kernel/sql.ts'
import { append } from '../pool/ledger.server.ts'
import type { Change, Move } from '../pool/movement.ts'
import { type AtLocation, pick } from './allocation.ts'
import type { Part } from './parts.ts'
import { yieldPromised } from './yield-promised.server.ts'

/** Units of a line that left the house though nothing was reserved for them. */
export type HandedOver = {
  lineId: number
  quantity: number
  parts: Part[]
  /** where the channel says they were */
  sources: AtLocation[]
}

/** Whose it was: the order, as rows and as a person calls it, and how its changes are named. */
export type Handing = { orderId: number; name: string; change: (step: string) => Change }

/**
 * Books that pieces left which nobody had for the line: a buyer has them, so they are none of the pieces that we sell or
 * keep for others. What is for sale goes first, then what was promised elsewhere, whose line is short from now on. Where
 * there is nothing, they were none that we know of, and nothing moves.
 */
export async function handOver(db: Sql, { orderId, name, change }: Handing, lines: HandedOver[]): Promise<void> {
  for (const { lineId, quantity, parts, sources } of lines) {
    for (const { itemId, needs } of parts) {
      const { merchantId, recordedAt: at, cause } = change('')
      const wanted = quantity * needs
      const lacking = wanted - sum(await forSale(db, merchantId, { itemId, sources }))
      if (lacking > 0) {
        const { key } = change(`handed over/${lineId}`)
        const gone = { merchantId, at, key, cause, lost: `was handed over in order ${name}` }
        await yieldPromised(db, gone, { itemId, quantity: lacking, except: orderId })
      }
      const there = await forSale(db, merchantId, { itemId, sources })
      const leaving = pick(there, Math.min(wanted, sum(there)))
      if (leaving.length > 0) await leave(db, change(`left/${lineId}/${itemId}`), { itemId, leaving })
    }
  }
}

const sum = (places: AtLocation[]): number => places.reduce((n, { quantity }) => n + quantity, 0)

async function leave(db: Sql, change: Change, { itemId, leaving }: { itemId: number; leaving: AtLocation[] }) {
  const moves = leaving.map(({ locationId, quantity }): Move => {
    const from = { locationId, state: 'available' as const }
    return { itemId, quantity, from, to: { outside: 'customer' } }
  })
  assert((await append(db, change, moves)) === 'done', `what ${change.key} hands over is there`)
}

// Where the channel says first, then where things are sold; what lies elsewhere is sold by nobody, unless it is all.
async function forSale(
  db: Sql,
  merchantId: number,
  { itemId, sources }: { itemId: number; sources: AtLocation[] },
): Promise<AtLocation[]> {
  const text = `SELECT b.location_id AS "locationId", b.available AS quantity FROM balance b
    JOIN location l ON l.merchant_id = b.merchant_id AND l.id = b.location_id
    WHERE b.merchant_id = $1 AND b.item_id = $2 AND b.available > 0 AND (l.sellable OR b.location_id = ANY ($3::int[]))
    ORDER BY b.location_id = ANY ($3::int[]) DESC, l.rank, l.id FOR UPDATE OF b`
  const values = [merchantId, itemId, sources.map(({ locationId }) => locationId)]
  return (await db.query<AtLocation>({ name: 'for-sale-at', text, values })).rows
}
