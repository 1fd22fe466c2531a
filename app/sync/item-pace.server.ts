import type { Sync } from './facts.ts'
import type { Timed } from './time-passes.server.ts'

const HOUR_MS = 3_600_000
// Four weeks: long enough that a slow piece has sold at all, short enough to be of this season.
const OVER_MS = 28 * 24 * HOUR_MS
const MERCHANTS_AT_ONCE = 5

const WHOSE_TURN = `SELECT id FROM merchant WHERE paced_at IS NULL OR paced_at <= $1 ORDER BY paced_at NULLS FIRST, id
  LIMIT ${MERCHANTS_AT_ONCE} FOR NO KEY UPDATE SKIP LOCKED`

const COUNT = `
WITH sold AS (
  SELECT l.item_id, sum(l.current_quantity)::int AS sold FROM channel_order o
  JOIN order_line l ON l.merchant_id = o.merchant_id AND l.order_id = o.id
  WHERE o.merchant_id = $1 AND o.placed_at > $3 AND o.cancelled_at IS NULL AND l.item_id IS NOT NULL AND l.current_quantity > 0
  GROUP BY l.item_id
), kept AS (
  INSERT INTO item_pace (merchant_id, item_id, sold, counted_at) SELECT $1, item_id, sold, $2 FROM sold ORDER BY item_id
  ON CONFLICT (merchant_id, item_id) DO UPDATE SET sold = EXCLUDED.sold, counted_at = EXCLUDED.counted_at
), slowed AS (
  DELETE FROM item_pace p WHERE p.merchant_id = $1 AND NOT EXISTS (SELECT FROM sold WHERE sold.item_id = p.item_id)
)
UPDATE merchant SET paced_at = $2 WHERE id = $1`

/** Counts once an hour how fast each merchant's things sell: what sells fast is told first where calls are short. */
export function countPace(sync: Sync): Timed {
  let nextLook = 0
  return {
    name: 'how fast things sell',
    async run() {
      const at = sync.clock.now()
      if (at.getTime() < nextLook) return null
      const counted = await sync.inTransaction(async (tx) => {
        const { rows } = await tx.query<{ id: number }>({
          name: 'whose-pace',
          text: WHOSE_TURN,
          values: [new Date(at.getTime() - HOUR_MS)],
        })
        const over = new Date(at.getTime() - OVER_MS)
        for (const { id } of rows) await tx.query({ name: 'count-pace', text: COUNT, values: [id, at, over] })
        return rows.length
      })
      // A minute from now a merchant may have come, or its hour be over.
      nextLook = counted === MERCHANTS_AT_ONCE ? 0 : at.getTime() + HOUR_MS / 60
      return null
    },
  }
}
