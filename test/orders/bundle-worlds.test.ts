import type pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ChannelOrderLine } from '#app/kernel/channel-order.ts'
import { verifyLedger } from '#app/pool/verify.server.ts'
import { book, bundleOf, countsOf, stocked } from '../support/bundles.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold } from '../support/orders.ts'
import { openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
  shop = await openShop(db)
})
afterAll(() => database.drop())

function lists(length: number, least: number, most: number): number[][] {
  if (length === 0) return [[]]
  const numbers = Array.from({ length: most - least + 1 }, (_, i) => least + i)
  return lists(length - 1, least, most).flatMap((rest) => numbers.map((n) => [n, ...rest]))
}

/** A line of the set (`of` null) or of one of its parts. */
type Line = { of: number | null; pieces: number }
type World = { needs: number[]; stock: number[]; lines: Line[] }

const set = (pieces: number): Line => ({ of: null, pieces })
const part = (pieces: number): Line => ({ of: 0, pieces })
const LINES: Line[][] = [[set(1)], [set(2)], [set(1), part(2)], [set(2), part(1)], [set(2), set(1)]]
// Every set of one or two parts with 0 to 2 pieces of each; of three, those of which one needs two.
const WORLDS: World[] = [
  ...[1, 2].flatMap((size) =>
    lists(size, 1, 2).flatMap((needs) => lists(size, 0, 2).map((stock) => ({ needs, stock }))),
  ),
  ...lists(3, 1, 2).map((stock) => ({ needs: [1, 2, 1], stock })),
].flatMap((world) => LINES.map((lines) => ({ ...world, lines })))

let orders = 0

/** Opens a world of its own, and tells of its order as `told` says of each line, step by step. */
async function open({ needs, stock, lines }: World) {
  const parts: number[] = []
  for (const pieces of stock) parts.push(await stocked(db, shop, pieces))
  const bundle = await bundleOf(
    db,
    shop,
    parts.map((part, i) => [part, needs[i]!]),
  )
  const externalId = `w-${(orders += 1)}`
  const items = lines.map(({ of }) => (of === null ? bundle : parts[of]!))
  const tell = (minutes: number, said: (line: Line) => Partial<ChannelOrderLine>) => {
    const told = lines.map((line, i) => lineTold({ externalId: `${i}`, quantity: line.pieces, ...said(line) }))
    const at = minutesAfterNoon(minutes)
    return book(db, shop, orderTold({ externalId, updatedAt: at, lines: told }), items)
  }
  const booked = () => bookedLines(db, shop, externalId)
  return { tell, booked, counts: () => countsOf(db, shop, parts) }
}

/** The pieces of each part that so many units of each line are. */
const piecesIn = ({ needs, lines }: World, units: number[]) =>
  needs.map((need, part) =>
    lines.reduce((sum, { of }, i) => sum + (of === null ? need * units[i]! : of === part ? units[i]! : 0), 0),
  )

async function live(world: World): Promise<void> {
  const { stock, lines } = world
  const { tell, booked, counts } = await open(world)
  const seen = async () => {
    const held = (await booked()).map(({ reserved }) => reserved)
    const inUse = piecesIn(world, held)
    const left = stock.map((n, i) => `${n - inUse[i]!}+${inUse[i]}`)
    expect(await counts(), JSON.stringify(world)).toEqual(left)
    return held
  }
  await tell(0, () => ({}))
  const first = await booked()
  expect(first.map(({ reserved, short }) => reserved + short)).toEqual(lines.map(({ pieces }) => pieces))
  await seen()
  await tell(0, () => ({}))
  expect(await booked()).toEqual(first)
  await tell(1, ({ pieces }) => ({ currentQuantity: pieces - 1 }))
  const after = await seen()
  // What was promised without stock is forgotten first: what is held stays held, up to what is still wanted.
  for (const [i, { pieces }] of lines.entries())
    expect(after[i]).toBeGreaterThanOrEqual(Math.min(first[i]!.reserved, pieces - 1))
  for (const minutes of [2, 2]) await tell(minutes, () => ({ currentQuantity: 0 }))
  expect(await counts(), JSON.stringify(world)).toEqual(stock.map((n) => `${n}+0`))
}

it('in every small world an order takes whole sets, never more than there is, and cancelled gives all of it back', async () => {
  for (const world of WORLDS) await live(world)
  expect(WORLDS.length).toBe((2 * 3 + 4 * 9 + 8) * 5)
  expect(await verifyLedger(db, shop.merchantId)).toEqual([])
}, 120_000)

it('however its news arrive, repeated and out of order, an order of sets ends the same', async () => {
  const world: World = { needs: [1, 2], stock: [2, 3], lines: [{ of: null, pieces: 2 }] }
  const news: Partial<ChannelOrderLine>[] = [{}, { currentQuantity: 1 }, { currentQuantity: 1, shipped: 1 }]
  const last = news.length - 1
  const arrivals = [1, 2, 3, 4].flatMap((n) => lists(n, 0, last)).filter((order) => order.includes(last))
  const ends = new Set<string>()
  for (const arrival of arrivals) {
    const { tell, booked, counts } = await open(world)
    for (const n of arrival) await tell(n, () => news[n]!)
    ends.add(JSON.stringify([await booked(), await counts()]))
  }
  expect(arrivals.length).toBe(1 + 5 + 19 + 65)
  expect([...ends]).toEqual([JSON.stringify([[{ reserved: 0, short: 0, shipped: 1, returned: 0 }], ['1+0', '1+0']])])
}, 60_000)
