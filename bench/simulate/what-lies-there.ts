import type { Life } from './action.ts'
import { placesOf } from './staff.ts'

// What people do is what people can do: nobody takes into their hands what another has carried away, whether or not the
// app or Shopify has heard of it. What is promised is no less there for that: who takes it away breaks a promise.

/** Pieces that lie where things are sold, promised or not. */
function lying({ books, orders }: Life, sku: string): number {
  const open = orders.flatMap(({ lines }) => lines).filter((line) => line.sku === sku)
  return books.left(sku) + open.reduce((sum, line) => sum + line.open, 0)
}

/** Whether Shopify has been told of all that our own people did with it. */
async function isToldOf({ db, world }: Life, sku: string): Promise<boolean> {
  const text = `SELECT 1 FROM item i JOIN movement m ON m.merchant_id = i.merchant_id AND m.item_id = i.id
    WHERE i.merchant_id = $1 AND i.sku = $2 AND m.cause NOT LIKE 'order/%'
      AND (EXISTS (SELECT FROM mirror_due d WHERE d.merchant_id = $1 AND d.item_id = i.id AND d.movement_id = m.id)
        OR EXISTS (SELECT FROM stock_changed c WHERE c.merchant_id = $1 AND c.key = m.key)) LIMIT 1`
  return (await db.query({ name: 'told-of', text, values: [world.merchantId, sku] })).rows.length === 0
}

/** Whether a person who works in Shopify finds a piece at this place, in this state. */
export async function liesThere(
  life: Life,
  sku: string,
  { place, state = 'available' }: { place: string; state?: 'available' | 'damaged' | 'safety_stock' },
): Promise<boolean> {
  const { shopify } = life.world
  if (shopify.quantity(sku, shopify.location(place).id, state) < 1 || !(await isToldOf(life, sku))) return false
  const here = (await placesOf(life, sku)).find(({ name }) => name === place)
  if (!here) return false
  if (state !== 'available' || !here.sellable) return true
  return here.inBooks + here.reserved >= 1 && lying(life, sku) >= 1
}
