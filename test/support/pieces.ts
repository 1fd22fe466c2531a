import type { Sql } from '#app/kernel/sql.ts'
import type { Balance } from '#app/kernel/stock-state.ts'
import { stockOf } from '#app/pool/stock.server.ts'

/** Where the pieces of an item are: by place and state, nothing where there is nothing. */
export async function piecesOf(db: Sql, merchantId: number, itemId: number): Promise<Record<string, Partial<Balance>>> {
  const stock = (await stockOf(db, merchantId, [itemId])).get(itemId)?.stock ?? []
  const entries = stock.map(
    ({ name, balance }) => [name, Object.fromEntries(Object.entries(balance).filter(([, n]) => n > 0))] as const,
  )
  return Object.fromEntries(entries.filter(([, states]) => Object.keys(states).length > 0))
}

/** The ledger of an item in few words, oldest first, without how it was opened. */
export async function movementsOf(db: Sql, merchantId: number, itemId: number): Promise<string[]> {
  const text = `SELECT reason || ': ' || quantity || ' ' || from_state || ' > ' || to_state AS said FROM movement
    WHERE merchant_id = $1 AND item_id = $2 AND from_state <> 'opening' ORDER BY id`
  return (await db.query<{ said: string }>({ text, values: [merchantId, itemId] })).rows.map(({ said }) => said)
}
