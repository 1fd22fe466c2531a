import type { Clock } from '../kernel/clock.ts'
import type { Sql } from '../kernel/sql.ts'
import type { Memory } from './channel.ts'

export type MemoryOf = { db: Sql; clock: Clock; account: { merchantId: number; id: number } }

/** An account's memory: the table `channel_memory`. */
export function accountMemory({ db, clock, account: { merchantId, id } }: MemoryOf): Memory {
  return {
    async read(keys) {
      if (keys.length === 0) return new Map()
      const { rows } = await db.query<{ key: string; value: unknown }>({
        name: 'recall',
        text: READ,
        values: [merchantId, id, keys],
      })
      return new Map(rows.map(({ key, value }) => [key, value]))
    },
    async write(rows) {
      if (rows.size === 0) return
      const values = [
        merchantId,
        id,
        [...rows.keys()],
        [...rows.values()].map((value) => JSON.stringify(value)),
        clock.now(),
      ]
      await db.query({ name: 'remember', text: WRITE, values })
    },
  }
}

const READ =
  'SELECT key, value FROM channel_memory WHERE merchant_id = $1 AND account_id = $2 AND key = ANY ($3::text[])'

const WRITE = `INSERT INTO channel_memory (merchant_id, account_id, key, value, written_at)
  SELECT $1, $2, key, value, $5 FROM unnest($3::text[], $4::jsonb[]) AS row (key, value)
  ON CONFLICT (merchant_id, account_id, key) DO UPDATE SET value = EXCLUDED.value, written_at = EXCLUDED.written_at`
