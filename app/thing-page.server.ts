import { partsNow } from './catalog/bundle.server.ts'
import { itemOf } from './catalog/item-page.server.ts'
import { makingOf } from './catalog/made-to-order.server.ts'
import type { Sql } from './kernel/sql.ts'
import { convertibleStock, placesOf } from './pool/convertible-stock.server.ts'
import { conversionsOf } from './pool/conversion.server.ts'
import { brokenPairs } from './pool/pair.server.ts'
import { stockOf } from './pool/stock.server.ts'
import { stateTotals } from './pool/states-sentence.ts'

/** What an item is made of, how it is made, and what became of it: what its page shows beside its stock. */
export async function thingOf(db: Sql, merchantId: number, itemId: number) {
  const [item, parts, making, stock, places, broken, past] = await Promise.all([
    itemOf(db, merchantId, itemId),
    partsNow(db, merchantId, itemId),
    makingOf(db, merchantId, itemId),
    convertibleStock(db, merchantId, itemId),
    placesOf(db, merchantId),
    brokenPairs(db, merchantId, itemId),
    conversionsOf(db, merchantId, itemId),
  ])
  const stocks = await stockOf(db, merchantId, [itemId, ...parts.map((part) => part.itemId)])
  const totals = (id: number) => stateTotals(stocks.get(id)?.stock ?? [])
  const forSale = (id: number) => {
    const { states, resting } = totals(id)
    return (states.find(({ state }) => state === 'available')?.quantity ?? 0) - resting
  }
  const whole = item?.halfOf === null && item.status !== 'deleted'
  return {
    canBeSet: whole && (item.kind === 'bundle' || item.kind === 'replenishable'),
    canBeMade: whole && (item.kind === 'made_to_order' || item.kind === 'replenishable'),
    stocked: totals(itemId).total > 0,
    parts: parts.map((part) => ({ ...part, forSale: forSale(part.itemId) })),
    making,
    convert: { stock, places, broken, past },
  }
}
