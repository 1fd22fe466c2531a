import type { Timed } from './time-passes.server.ts'
import { act } from './act.server.ts'
import type { Sync } from './facts.ts'

const EVERY_MS = 2_000
const AT_ONCE = 100

const forSale = (item: string) => `(SELECT COALESCE(sum(b.available), 0) FROM balance b
  JOIN location place ON place.merchant_id = b.merchant_id AND place.id = b.location_id
  WHERE b.merchant_id = s.merchant_id AND b.item_id = ${item} AND place.sellable)`

// Of a bundle's line, at least one of every part: that it lacks one says that nothing can be done.
const COULD_BE_FILLED = `
SELECT DISTINCT s.merchant_id AS "merchantId", s.item_id AS "itemId" FROM shortfall s
WHERE s.outstanding > 0 AND CASE
  WHEN EXISTS (SELECT FROM line_component c WHERE c.merchant_id = s.merchant_id AND c.line_id = s.line_id)
  THEN NOT EXISTS (SELECT FROM line_component c WHERE c.merchant_id = s.merchant_id AND c.line_id = s.line_id
    AND ${forSale('c.component_id')} < c.needs)
  ELSE ${forSale('s.item_id')} > 0 END
LIMIT ${AT_ONCE}`

/**
 * Gives stock to orders that were promised it and passed over: what freed the stock waits for nobody, so an item that
 * another transaction just held was left alone.
 */
export function fillPromised(sync: Sync): Timed {
  let next = 0
  return {
    name: 'promised',
    async run() {
      const now = sync.clock.now().getTime()
      if (now < next) return null
      next = now + EVERY_MS
      type Row = { merchantId: number; itemId: number }
      const { rows } = await sync.db.query<Row>({ name: 'could-be-filled', text: COULD_BE_FILLED })
      for (const [merchantId, of] of Map.groupBy(rows, (row) => row.merchantId)) {
        await act(sync, { merchantId }, () => Promise.resolve({ freed: of.map(({ itemId }) => itemId) }))
      }
      return null
    },
  }
}
