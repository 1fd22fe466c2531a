import pg from 'pg'
import { seeded } from '#sandbox/jeweler/chance.ts'
import { copyIn } from './copy.ts'
import type { ManyItems } from './many-items.ts'

type Load = { movements: number; from: Date; until: Date }

const COLUMNS = `merchant_id, item_id, key, n, quantity, from_location, from_state, to_location, to_state, reason, actor, cause,
  occurred_at, recorded_at`

// What happens to a piece, over and over: it comes, is sold, and is shipped. Nothing is ever below zero.
const TURNS = [
  ['supplier', 'available', 'counted'],
  ['available', 'reserved', 'sold'],
  ['reserved', 'customer', 'shipped'],
] as const

const AT_ONCE = 5_000
/** Of a hundred movements one is of the item that sells best. */
const BUSIEST = 0.01
const NULL = String.raw`\N`

/** Fills a year of the ledger in the order of time, by COPY, and leaves the balances that it adds up to. */
export async function loadMovements(url: string, shop: ManyItems, load: Load): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const counts = new Int32Array(shop.itemIds.count)
  try {
    await copyIn(client, `COPY movement (${COLUMNS}) FROM STDIN`, lines(shop, load, counts))
    const text = `UPDATE balance b SET available = available + (c.n % 3 = 1)::int, reserved = reserved + (c.n % 3 = 2)::int, version = version + c.n
      FROM unnest($3::int[]) WITH ORDINALITY AS c (n, i) WHERE b.merchant_id = $1 AND b.location_id = $2 AND b.item_id = $4 + c.i - 1`
    await client.query(text, [shop.merchantId, shop.places[0], [...counts], shop.itemIds.first])
  } finally {
    await client.end()
  }
}

function* lines(shop: ManyItems, { movements, from, until }: Load, counts: Int32Array): Generator<string> {
  const random = seeded(11)
  const [begin, year] = [from.getTime(), until.getTime() - from.getTime()]
  let piece = ''
  for (let i = 0; i < movements; i += 1) {
    const nth = random() < BUSIEST ? 0 : Math.floor(random() * counts.length)
    const at = new Date(begin + Math.floor((i / movements) * year)).toISOString()
    piece += lineOf(shop, { nth, key: i, turn: counts[nth]! % TURNS.length, at })
    counts[nth]! += 1
    if (i % AT_ONCE === AT_ONCE - 1) {
      yield piece
      piece = ''
    }
  }
  if (piece) yield piece
}

type Line = { nth: number; key: number; turn: number; at: string }

function lineOf({ merchantId, places: [safe], itemIds }: ManyItems, { nth, key, turn, at }: Line): string {
  const [from, to, reason] = TURNS[turn]!
  const place = (outside: string, state: string) => (state === outside ? NULL : safe)
  const ends = [place('supplier', from), from, place('customer', to), to]
  return `${[merchantId, itemIds.first + nth, `m/${key}`, 1, 1, ...ends, reason, 'app', 'bench', at, at].join('\t')}\n`
}
