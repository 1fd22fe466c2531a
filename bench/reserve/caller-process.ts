import { openPool } from '#app/db.server.ts'
import { present } from '#app/kernel/assert.ts'
import { systemClock, systemRandom } from '#app/kernel/system-clock.server.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { reserve } from '#app/pool/ledger.server.ts'
import type { Change } from '#app/pool/movement.ts'
import { gather } from '#app/pool/gather.server.ts'
import { batchedReserve } from '#app/pool/reserve-batch.server.ts'
import { type BareRequest, takeManyBarely } from './batch-floor.ts'
import { takeBarely } from './floor.ts'
import type { BenchShop } from './shop.ts'

// One of the two processes that call: eight callers, each waiting for its answer before it asks again; where callers are
// gathered into batches, as many as make batches.

/** `until` is in milliseconds since the epoch: both processes stop at the same time. */
export type Round =
  | { kind: 'uniform' | 'floor' | 'batched' | 'batchedFloor'; until: number }
  | { kind: 'hot' | 'batchedHot'; attempts: number }
/** `seconds`: how long it took here; `ms`: how long each call did. */
export type RoundResult = { accepted: number; rejected: number; seconds: number; ms: number[] }

const CALLERS = 8
const CALLERS_IN_BATCHES = 256
// A batch is half of a process's callers: while one is being written, the next one gathers.
const BATCHES = { most: CALLERS_IN_BATCHES / 2, atOnce: 2 }

const {
  url,
  shop,
  process: name,
} = JSON.parse(present(process.argv[2], 'what to work on')) as {
  url: string
  shop: BenchShop
  process: string
}
const pool = openPool(url, { max: CALLERS })

let calls = 0
function nextChange(): Change {
  const at = systemClock.now()
  const key = `order/${name}/${(calls += 1)}`
  const { merchantId } = shop
  return {
    merchantId,
    key,
    reason: 'sold',
    actor: 'channel/1',
    cause: key,
    accountId: null,
    occurredAt: at,
    recordedAt: at,
  }
}

const anyOf = <T>(some: T[]): T => present(some[Math.floor(systemRandom() * some.length)], 'one of them')

async function takeOne(itemId: number): Promise<boolean> {
  const done = await reserve(pool, nextChange(), { demands: [{ itemId, quantity: 1 }], whole: true })
  return done !== 'already' && done.taken.length === 1
}

const reserveBatched = batchedReserve(pool, BATCHES)
const bareBatched = gather<BareRequest, boolean>({
  write: (requests) => takeManyBarely(pool, requests),
  nameOf: ({ change }) => change.key,
  isOfOne: () => false,
  ...BATCHES,
})

async function takeOneBatched(itemId: number): Promise<boolean> {
  const done = await reserveBatched({ change: nextChange(), demands: [{ itemId, quantity: 1 }] })
  return done !== 'already' && done.taken.length === 1
}

const take: Record<Round['kind'], (db: Sql) => Promise<boolean>> = {
  uniform: () => takeOne(anyOf(shop.items)),
  floor: (db) => takeBarely(db, nextChange(), { itemId: anyOf(shop.items), locationId: anyOf(shop.locations) }),
  hot: () => takeOne(shop.hotItem),
  batched: () => takeOneBatched(anyOf(shop.items)),
  batchedFloor: () =>
    bareBatched({ change: nextChange(), itemId: anyOf(shop.items), locationId: anyOf(shop.locations) }),
  batchedHot: () => takeOneBatched(shop.hotItemOfBatches),
}

async function play(round: Round): Promise<RoundResult> {
  const result: RoundResult = { accepted: 0, rejected: 0, seconds: 0, ms: [] }
  const began = performance.now()
  let left = 'attempts' in round ? round.attempts : Infinity
  const until = 'until' in round ? round.until : Infinity
  const caller = async () => {
    while (left > 0 && Date.now() < until) {
      left -= 1
      const asked = performance.now()
      const accepted = await take[round.kind](pool)
      result.ms.push(performance.now() - asked)
      result[accepted ? 'accepted' : 'rejected'] += 1
    }
  }
  const callers = round.kind.startsWith('batched') ? CALLERS_IN_BATCHES : CALLERS
  await Promise.all(Array.from({ length: callers }, caller))
  result.seconds = (performance.now() - began) / 1_000
  return result
}

process.on('message', (round: Round) => void play(round).then((result) => process.send?.(result)))
// Who measures is gone, or has all it wants.
process.once('disconnect', () => void pool.end())
process.send?.('ready')
