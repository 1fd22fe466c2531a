import { openPool } from '#app/db.server.ts'
import { auditCsv } from '#app/audit-csv.server.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { checkSealFile } from '#app/pool/check-seal-file.server.ts'
import { checkSeals } from '#app/pool/check-seals.server.ts'
import { sealNext } from '#app/pool/seal.server.ts'
import { sealedLines } from '#app/pool/sealed-lines.server.ts'
import { verifyNext } from '#app/pool/verify.server.ts'
import type { Bench } from './choices.ts'
import { loadManyItems } from './many-items.ts'
import { loadMovements } from './many-movements.ts'
import { ownDatabase } from './own-database.ts'

/** docs/benchmarks.md says what each field is. */
export type BooksReport = {
  name: 'books'
  movements: number
  items: number
  verifyMs: number
  slowestStretchMs: number
  stretches: number
  sealMs: number
  seals: number
  checkSealsMs: number
  csvMs: number
  csvMb: number
  sealedMs: number
  heapMb: { before: number; most: number }
  wrong: number
}

const USUAL_MOVEMENTS = 3_000_000
const A_HUNDRED = 100
const YEAR_MS = 365 * 86_400_000
/** A busy shop's hour. */
const SEAL_OF = 5_000

/** How long it takes to check and to take out the books of a shop with millions of movements, and in how much memory. */
export async function measureBooks({ movements = USUAL_MOVEMENTS, say }: Bench): Promise<BooksReport> {
  const database = await ownDatabase('books')
  const db = openPool(database.url, { max: 2, settings: '-c transaction_timeout=0' })
  const until = systemClock.now()
  const from = new Date(until.getTime() - YEAR_MS)
  try {
    const items = Math.max(1, Math.round(movements / A_HUNDRED))
    const shop = await loadManyItems(db, { items, channels: 1, at: from, ones: false })
    await loadMovements(database.url, shop, { movements, from, until })
    await db.query({ text: 'VACUUM ANALYZE movement, balance' })
    say(`loaded: ${movements} movements of ${items} items`)
    return { name: 'books', movements, items, ...(await measured(db, shop.merchantId, say)) }
  } finally {
    await db.end()
    await database.drop()
  }
}

async function measured(db: Sql, merchantId: number, say: Bench['say']) {
  const heap = watchHeap()
  const verified = await verifyAll(db, merchantId, heap.look)
  say(`verified in ${verified.verifyMs} ms`)
  const sealed = await timed(() => sealAll(db, merchantId))
  say(`sealed in ${sealed.ms} ms`)
  const checked = await timed(() => checkSeals(db, merchantId, async () => heap.look()))
  const csv = await timed(() => through(auditCsv(db, merchantId, {}), heap.look))
  const file = await timed(() => checkSealFile(linesOf(sealedLines(db, merchantId), heap.look)))
  return {
    ...verified,
    sealMs: sealed.ms,
    seals: sealed.value,
    checkSealsMs: checked.ms,
    csvMs: csv.ms,
    csvMb: Math.round(csv.value / 1e6),
    sealedMs: file.ms,
    heapMb: heap.said(),
    wrong: verified.wrong + checked.value.length + (file.value.wrong === null ? 0 : 1),
  }
}

async function timed<T>(work: () => Promise<T>): Promise<{ ms: number; value: T }> {
  const began = performance.now()
  const value = await work()
  return { ms: Math.round(performance.now() - began), value }
}

/** What this process holds, looked at after each step. */
function watchHeap() {
  const mb = () => Math.round(process.memoryUsage().heapUsed / 1e6)
  const before = mb()
  let most = before
  return { look: () => void (most = Math.max(most, mb())), said: () => ({ before, most }) }
}

async function verifyAll(db: Sql, merchantId: number, look: () => void) {
  let [after, wrong, slowest, stretches] = [0, 0, 0, 0]
  const began = performance.now()
  for (;;) {
    const { ms, value } = await timed(() => verifyNext(db, merchantId, after))
    look()
    wrong += value.drifts.length
    slowest = Math.max(slowest, ms)
    stretches += 1
    if (value.isLast)
      return { verifyMs: Math.round(performance.now() - began), slowestStretchMs: slowest, stretches, wrong }
    after = value.upTo
  }
}

async function sealAll(db: Sql, merchantId: number): Promise<number> {
  const text = 'SELECT max(id) AS last FROM movement WHERE merchant_id = $1'
  const last = (await db.query<{ last: number }>({ text, values: [merchantId] })).rows[0]?.last ?? 0
  for (let seals = 0; ; seals += 1) {
    const at = systemClock.now()
    const seal = await sealNext(db, { merchantId, upTo: last, at, most: SEAL_OF })
    if (!seal) return seals
  }
}

/** Takes all of it, and keeps none. */
async function through(pieces: AsyncGenerator<string>, look: () => void): Promise<number> {
  let characters = 0
  for await (const piece of pieces) {
    characters += piece.length
    look()
  }
  return characters
}

async function* linesOf(pieces: AsyncGenerator<string>, look: () => void): AsyncGenerator<string> {
  for await (const piece of pieces) {
    look()
    yield* piece.split('\n')
  }
}
