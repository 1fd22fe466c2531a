import type { Sql } from '../kernel/sql.ts'
import { HASH } from './check-seal-file.server.ts'
import { movementLineSql, sealLineSql } from './seal-line.ts'

type SealRow = { n: number; upTo: number; hash: string; line: string }

const SEALS = `SELECT n, up_to AS "upTo", hash, ${sealLineSql({
  merchantId: 'merchant_id',
  n: 'n',
  upTo: 'up_to',
  movements: 'movements',
  previousHash: 'previous_hash',
  sealedAt: 'sealed_at',
})} AS line FROM ledger_seal WHERE merchant_id = $1 AND n > $2 ORDER BY n LIMIT 100`

const MOVEMENTS = `SELECT m.id, ${movementLineSql('m')} AS line FROM movement m
  WHERE m.merchant_id = $1 AND m.id > $2 AND m.id <= $3 ORDER BY m.merchant_id, m.id LIMIT 2000`

/**
 * A merchant's sealed ledger as text: the very lines that were hashed, each seal's hash after its line. In pages along
 * their keys, so that it takes no more memory for ten years than for a day.
 */
export async function* sealedLines(db: Sql, merchantId: number): AsyncGenerator<string> {
  let n = 0
  let id = 0
  for (;;) {
    const { rows } = await db.query<SealRow>({ text: SEALS, values: [merchantId, n] })
    if (rows.length === 0) return
    for (const seal of rows) {
      yield* movementLines(db, { merchantId, after: id, upTo: seal.upTo })
      yield `${seal.line}["${HASH}","${seal.hash}"]\n`
      n = seal.n
      id = seal.upTo
    }
  }
}

async function* movementLines(
  db: Sql,
  { merchantId, after, upTo }: { merchantId: number; after: number; upTo: number },
): AsyncGenerator<string> {
  for (let id = after; ;) {
    type Row = { id: number; line: string }
    const { rows } = await db.query<Row>({ name: 'sealed-lines', text: MOVEMENTS, values: [merchantId, id, upTo] })
    const last = rows.at(-1)
    if (!last) return
    yield rows.map(({ line }) => line).join('')
    id = last.id
  }
}
