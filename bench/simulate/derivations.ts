import type { Sql } from '#app/kernel/sql.ts'
import { type Derivation, recompute } from '#app/sync/derivation.ts'
import type { Violation } from './laws.ts'

type Kept = { id: number; what: string; quantity: number; derivation: Derivation }

const LAW = 'each number that was sent follows from what is kept with it'

/** Looks at the numbers that were sent after publication `after`: each must follow again. `upTo`: the last of them. */
export async function brokenDerivations(
  db: Sql,
  merchantId: number,
  after: number,
): Promise<{ broken: Violation[]; upTo: number }> {
  const text = `SELECT p.id, format('publication %s, %s on %s', p.id, l.sku, a.channel) AS what, p.quantity, p.derivation FROM publication p
    JOIN listing l ON l.merchant_id = p.merchant_id AND l.id = p.listing_id
    JOIN channel_account a ON a.merchant_id = p.merchant_id AND a.id = p.account_id
    WHERE p.merchant_id = $1 AND p.id > $2 ORDER BY p.id`
  const { rows } = await db.query<Kept>({ name: 'numbers-sent', text, values: [merchantId, after] })
  const broken = rows.flatMap(({ what, quantity, derivation }) => {
    const again = recompute(derivation)?.quantity
    const added = derivation.steps.reduce((sum, step) => sum + step.quantity, 0)
    if (again === quantity && added === quantity) return []
    return [{ law: LAW, detail: `${what}: ${quantity} was sent, ${again} follows, its steps add up to ${added}` }]
  })
  return { broken, upTo: rows.at(-1)?.id ?? after }
}
