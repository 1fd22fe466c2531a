import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { transaction } from '#app/db.server.ts'
import { setMadeToOrder } from '#app/catalog/made-to-order.server.ts'
import { deriveDue } from '#app/sync/due-listings.server.ts'
import { act } from '#app/sync/act.server.ts'
import { fillPromised } from '#app/sync/promised.server.ts'
import { book, compose } from '../support/bundles.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { bookedLines, lineTold, minutesAfterNoon, orderTold } from '../support/orders.ts'
import { openPublishing, type Publishing } from '../support/publishing.ts'

let database: FreshDatabase
let db: pg.Pool
let world: Publishing

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  world = await openPublishing(db)
})

/** A set of a ring and two studs, offered where both are: four rings and six studs are three sets. */
async function openSet() {
  const ring = await world.ring(4)
  const stud = await world.ring(6)
  const set = await world.ring(0, 0, { sku: 'SET' })
  await compose(db, world.shop, set.itemId, [
    { itemId: ring.itemId, needs: 1 },
    { itemId: stud.itemId, needs: 2 },
  ])
  await world.settle()
  return { ring, stud, set }
}

describe('a set that is offered beside its parts', () => {
  it('is told its number as soon as it is said what it is made of', async () => {
    const { set } = await openSet()
    expect(world.channel.shown.get(set.externalId)).toBe(3)
    expect(await world.listingRow(set.listingId)).toMatchObject({ published_quantity: 3 })
  })
  it('is told anew when one of its parts moves, and only then', async () => {
    const { ring, stud, set } = await openSet()
    const other = await world.ring(9)
    const told = world.writes().length
    await world.stock(other.itemId, -1)
    await world.settle()
    expect(world.writes().slice(told)).toEqual([`${other.externalId}=8`])
    await world.stock(stud.itemId, -3)
    await world.settle()
    expect(world.channel.shown.get(set.externalId)).toBe(1)
    // One more ring makes no more sets: the number is right as it is.
    await world.stock(ring.itemId, 1)
    await world.settle()
    expect(world.channel.shown.get(set.externalId)).toBe(1)
    expect(await world.listingRow(set.listingId)).toMatchObject({ published_quantity: 1 })
  })
  it('is found due from the rows alone when nothing was told', async () => {
    const { stud, set } = await openSet()
    await world.stock(stud.itemId, -2)
    await db.query('DELETE FROM stock_changed')
    expect(await deriveDue(db, await world.account(), world.clock.now())).toBe(2)
    await world.settle()
    expect(world.channel.shown.get(set.externalId)).toBe(2)
    expect(await deriveDue(db, await world.account(), world.clock.now())).toBe(0)
  })
  it('with a piece in it that is one of a kind is told ahead of everything', async () => {
    const opal = await world.ring(1, 1, { kind: 'one_of_one' })
    const set = await world.ring(0, 0, { sku: 'SET' })
    await compose(db, world.shop, set.itemId, [{ itemId: opal.itemId, needs: 1 }])
    await world.settle()
    expect(world.channel.shown.get(set.externalId)).toBe(1)
    const plain = await world.ring(1)
    await world.stock(plain.itemId, -1)
    await world.stock(opal.itemId, -1)
    const told = world.writes().length
    await world.settle()
    expect(world.writes().slice(told).at(-1)).toBe(`${plain.externalId}=0`)
    expect(world.writes().slice(told)).toContain(`${set.externalId}=0`)
  })
})

it('what is made to order is told that it can be had, and that it cannot, though no piece moves', async () => {
  const { shop } = world
  const ring = await world.ring(0, 0)
  await transaction(db, (tx) =>
    setMadeToOrder(tx, { merchantId: shop.merchantId, itemId: ring.itemId, capacity: 2, leadDays: 14 }),
  )
  await world.settle()
  expect(world.channel.shown.get(ring.externalId)).toBe(2)
  const order = (minutes: number, currentQuantity: number) =>
    orderTold({ updatedAt: minutesAfterNoon(minutes), lines: [lineTold({ quantity: 2, currentQuantity })] })
  await book(db, shop, order(0, 2), [ring.itemId])
  await world.settle()
  expect(world.channel.shown.get(ring.externalId)).toBe(0)
  await book(db, shop, order(1, 1), [ring.itemId])
  await world.settle()
  expect(world.channel.shown.get(ring.externalId)).toBe(1)
})

describe('stock that an order waits for and was passed over', () => {
  it('is given to it within seconds by whoever looks next', async () => {
    const { shop, sync } = world
    const { ring, stud, set } = await openSet()
    await book(db, shop, orderTold({ lines: [lineTold({ quantity: 4 })] }), [set.itemId])
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 3, short: 1 }])
    const holder = await db.connect()
    await holder.query('BEGIN')
    await holder.query('SELECT FROM balance WHERE item_id = $1 FOR UPDATE', [ring.itemId])
    await act(sync, shop, async () => {
      await world.stock(stud.itemId, 2)
      return { freed: [stud.itemId] }
    })
    await holder.query('ROLLBACK')
    holder.release()
    expect(await bookedLines(db, shop)).toMatchObject([{ short: 1 }])
    const work = fillPromised(sync)
    await work.run()
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 4, short: 0 }])
  })
  it('is looked for every two seconds, not more often', async () => {
    const { shop, sync } = world
    const ring = await world.ring(0, 0)
    const work = fillPromised(sync)
    await work.run()
    await book(db, shop, orderTold({ lines: [lineTold()] }), [ring.itemId])
    await world.stock(ring.itemId, 1)
    await work.run()
    expect(await bookedLines(db, shop)).toMatchObject([{ short: 1 }])
    await world.pass(2_000)
    await work.run()
    expect(await bookedLines(db, shop)).toMatchObject([{ reserved: 1, short: 0 }])
  })
})
