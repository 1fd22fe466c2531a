import type { Sql } from '../kernel/sql.ts'
import type { LineBooked } from './line-effects.ts'

/** One thing done for a line. */
export type Effect = {
  lineId: number
  transition:
    | 'reserve'
    | 'short'
    | 'fill'
    | 'release'
    | 'ship'
    | 'restock'
    | 'return'
    | 'exchange'
    | 'replace'
    | 'yield'
    | 'claim'
  quantity: number
}

/** Units of a line that came to (or, below zero, left) a location's reserved. */
export type AllocationDelta = { lineId: number; itemId: number; locationId: number; delta: number }

/** `toldBack`: what the channel itself says came back; left out where it says nothing new. */
export type BookedLine = LineBooked & { lineId: number; currentQuantity: number; toldBack?: number }

export type BookedRows = {
  merchantId: number
  event: string
  lines: BookedLine[]
  effects: Effect[]
  allocations: AllocationDelta[]
}

// One round trip for all four: the parts do not read each other's rows.
const WRITE = `
WITH lines AS (
  UPDATE order_line l
  SET reserved = x.reserved, short = x.short, shipped = x.shipped, returned = x.returned, current_quantity = x."currentQuantity",
    told_back = COALESCE(x."toldBack", l.told_back)
  FROM jsonb_to_recordset($3) AS x ("lineId" bigint, reserved int, short int, shipped int, returned int, "currentQuantity" int,
    "toldBack" int)
  WHERE l.merchant_id = $1 AND l.id = x."lineId"
), effects AS (
  INSERT INTO order_effect (merchant_id, line_id, transition, event, quantity)
  SELECT $1, x."lineId", x.transition, $2, x.quantity
  FROM jsonb_to_recordset($4) AS x ("lineId" bigint, transition text, quantity int)
), lowered AS (
  UPDATE line_allocation a SET reserved = a.reserved + x.delta
  FROM jsonb_to_recordset($5) AS x ("lineId" bigint, "itemId" int, "locationId" int, delta int)
  WHERE x.delta < 0 AND a.merchant_id = $1 AND a.line_id = x."lineId" AND a.item_id = x."itemId" AND a.location_id = x."locationId"
), raised AS (
  INSERT INTO line_allocation AS a (merchant_id, line_id, item_id, location_id, reserved)
  SELECT $1, x."lineId", x."itemId", x."locationId", x.delta
  FROM jsonb_to_recordset($5) AS x ("lineId" bigint, "itemId" int, "locationId" int, delta int)
  WHERE x.delta > 0
  ON CONFLICT (merchant_id, line_id, item_id, location_id) DO UPDATE SET reserved = a.reserved + EXCLUDED.reserved
)
SELECT 1`

/** Writes what became of the lines, each effect once for its line, transition and event. */
export async function writeBooked(
  db: Sql,
  { merchantId, event, lines, effects, allocations }: BookedRows,
): Promise<void> {
  const rows = [lines, effects.filter(({ quantity }) => quantity > 0), netted(allocations)]
  const values = [merchantId, event, ...rows.map((each) => JSON.stringify(each))]
  await db.query({ name: 'write-booked', text: WRITE, values })
}

// A statement may touch a row once: what was reserved and shipped in one booking is one difference.
function netted(allocations: AllocationDelta[]): AllocationDelta[] {
  const sums = new Map<string, AllocationDelta>()
  for (const one of allocations) {
    const key = `${one.lineId}/${one.itemId}/${one.locationId}`
    const sum = sums.get(key)
    if (sum) sum.delta += one.delta
    else sums.set(key, { ...one })
  }
  return [...sums.values()].filter(({ delta }) => delta !== 0)
}
