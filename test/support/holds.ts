import type pg from 'pg'
import type { Sql } from '#app/kernel/sql.ts'
import type { Holder, NewHold } from '#app/pool/hold.server.ts'
import { minutesAfterNoon } from './orders.ts'
import { NOON, put, type ShopRows } from './shop-rows.ts'

/** Somebody of the shop who may hold. */
export async function addPerson(db: Sql, shop: ShopRows, role = 'staff'): Promise<Holder> {
  const row = { merchant_id: shop.merchantId, subject: `${role}-${(people += 1)}`, role, first_seen: NOON }
  const id = await put(db, 'person', row)
  return { merchantId: shop.merchantId, actor: `person/${id}`, role, at: NOON }
}

let people = 0
let forms = 0

/** One piece for Anna until one o'clock, unless `said` says otherwise. */
export const holdAsked = (said: Pick<NewHold, 'itemId'> & Partial<NewHold>): NewHold => ({
  client: { name: 'Anna', contact: null },
  quantity: 1,
  until: minutesAfterNoon(60),
  locationId: null,
  note: null,
  token: `form-${(forms += 1)}`,
  ...said,
})

/** Places where the balance of held or reserved is less than what is kept there for holds, or lines and carts. */
export async function brokenPromises(db: pg.Pool, merchantId: number): Promise<unknown[]> {
  const text = `
    WITH promised AS (
      SELECT item_id, location_id, sum(held) AS held, sum(reserved) AS reserved FROM (
        SELECT a.item_id, a.location_id, a.quantity AS held, 0 AS reserved FROM hold_allocation a WHERE a.merchant_id = $1
        UNION ALL SELECT a.item_id, a.location_id, 0, a.quantity FROM cart_allocation a WHERE a.merchant_id = $1
        UNION ALL SELECT a.item_id, a.location_id, 0, a.reserved FROM line_allocation a WHERE a.merchant_id = $1) each
      GROUP BY 1, 2
    )
    SELECT b.item_id, b.location_id, b.held, COALESCE(p.held, 0) AS on_hold, b.reserved, COALESCE(p.reserved, 0) AS kept
    FROM balance b LEFT JOIN promised p USING (item_id, location_id)
    WHERE b.merchant_id = $1 AND (b.held <> COALESCE(p.held, 0) OR b.reserved <> COALESCE(p.reserved, 0))
    UNION ALL
    SELECT h.item_id, h.id, 0, 0, 0, 0 FROM hold h JOIN hold_allocation a ON a.merchant_id = h.merchant_id AND a.hold_id = h.id
    WHERE h.merchant_id = $1 AND h.status <> 'active'`
  return (await db.query(text, [merchantId])).rows
}
