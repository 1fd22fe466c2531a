import { openPool } from '#app/db.server.ts'
import { present } from '#app/kernel/assert.ts'
import { systemClock, systemRandom } from '#app/kernel/system-clock.server.ts'
import type { Sql } from '#app/kernel/sql.ts'
import { reserve } from '#app/pool/ledger.server.ts'
import type { Change } from '#app/pool/movement.ts'
import { takeBarely } from './floor.ts'
import type { BenchShop } from './shop.ts'

// One of the two processes that call: eight callers, each waiting for its answer before it asks again.

/** `until` is in milliseconds since the epoch: both processes stop at the same time. */
export type Round = { kind: 'uniform' | 'floor'; until: number } | { kind: 'hot'; attempts: number }
/** `seconds`: how long it took here; `ms`: how long each call did. */
export type RoundResult = { accepted: number; rejected: number; seconds: number; ms: number[] }

const CALLERS = 8

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

const take: Record<Round['kind'], (db: Sql) => Promise<boolean>> = {
  uniform: () => takeOne(anyOf(shop.items)),
  floor: (db) => takeBarely(db, nextChange(), { itemId: anyOf(shop.items), locationId: anyOf(shop.locations) }),
  hot: () => takeOne(shop.hotItem),
}

async function play(round: Round): Promise<RoundResult> {
  const result: RoundResult = { accepted: 0, rejected: 0, seconds: 0, ms: [] }
  const began = performance.now()
  let left = round.kind === 'hot' ? round.attempts : Infinity
  const until = round.kind === 'hot' ? Infinity : round.until
  const caller = async () => {
    while (left > 0 && Date.now() < until) {
      left -= 1
      const asked = performance.now()
      const accepted = await take[round.kind](pool)
      result.ms.push(performance.now() - asked)
      result[accepted ? 'accepted' : 'rejected'] += 1
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, caller))
  result.seconds = (performance.now() - began) / 1_000
  return result
}

process.on('message', (round: Round) => void play(round).then((result) => process.send?.(result)))
// Who measures is gone, or has all it wants.
process.once('disconnect', () => void pool.end())
process.send?.('ready')
