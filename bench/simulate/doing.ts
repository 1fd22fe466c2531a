import type { Random } from '#app/kernel/clock.ts'
import { isRefusal, type Refusal } from '#app/kernel/refusal.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { STOCK_STATES, type StockState } from '#app/kernel/stock-state.ts'
import { act, type Done } from '#app/sync/act.server.ts'
import { pick } from '#sandbox/jeweler/chance.ts'
import { insist, type Life } from './action.ts'

/** Does something through the app's door to the stock; again, when the process died over it. */
export const through = <D extends Done>(
  life: Life,
  work: (tx: Sql, at: Date) => Promise<Refusal | D>,
): Promise<Refusal | D> => insist(life, () => act(life.world.road.sync, { merchantId: life.world.merchantId }, work))

/** Who does it, and the word by which the app knows that it was done already. */
export const by = ({ world, clerk, step }: Life) => ({
  merchantId: world.merchantId,
  actor: clerk.actor,
  token: String(step.seed),
})

/** Writes down in the books what was not refused. */
export function wrote(
  life: Life,
  done: Refusal | object,
  { sku, sellable, total }: { sku: string; sellable: number; total: number },
): void {
  if (!isRefusal(done)) life.books.change(sku, { sellable, total })
}

export type Spot = { itemId: number; locationId: number; name: string; kind: string; sellable: boolean; n: number }

/** Where pieces of a thing lie in a state, at all places of the merchant's. */
export async function spotsOf({ db, world }: Life, sku: string, state: StockState): Promise<Spot[]> {
  const text = `SELECT i.id AS "itemId", l.id AS "locationId", l.name, l.kind, l.sellable, CASE $3 ${AMOUNTS} END AS n FROM item i
    JOIN balance b ON b.merchant_id = i.merchant_id AND b.item_id = i.id JOIN location l ON l.merchant_id = b.merchant_id AND l.id = b.location_id
    WHERE i.merchant_id = $1 AND i.sku = $2 ORDER BY l.rank, l.id`
  const { rows } = await db.query<Spot>({ name: 'spots-of', text, values: [world.merchantId, sku, state] })
  return rows.filter(({ n }) => n > 0)
}

const AMOUNTS = STOCK_STATES.map((state) => `WHEN '${state}' THEN b.${state}`).join(' ')

/** Something that lies where it is for sale, and where. */
export async function somethingForSale(
  life: Life,
  random: Random,
  goods = life.goods,
): Promise<(Spot & { sku: string }) | undefined> {
  const { sku } = pick(random, goods)
  const spots = (await spotsOf(life, sku, 'available')).filter(({ sellable }) => sellable)
  return spots.length > 0 ? { ...pick(random, spots), sku } : undefined
}

/** A place by its name. */
export async function placeCalled({ db, world }: Life, name: string): Promise<{ id: number; sellable: boolean }> {
  const text = 'SELECT id, sellable FROM location WHERE merchant_id = $1 AND name = $2 AND archived_at IS NULL'
  const { rows } = await db.query<{ id: number; sellable: boolean }>({
    name: 'place-called',
    text,
    values: [world.merchantId, name],
  })
  if (!rows[0]) throw new Error(`${name} is not a place of this shop`)
  return rows[0]
}
