import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { present } from '#app/kernel/assert.ts'
import {
  accountById,
  accountOf,
  openAccount,
  raiseWatermark,
  setStatus,
  workingAccounts,
} from '#app/merchant/account.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { minutesAfterNoon } from '../support/orders.ts'
import { openShop, type ShopRows } from '../support/shop-rows.ts'

let database: FreshDatabase
let db: pg.Pool
let shop: ShopRows

beforeAll(async () => {
  database = await freshDatabase()
  db = database.pool
})
afterAll(() => database.drop())
beforeEach(async () => {
  shop = await openShop(db)
})

const etsy = async () => present(await accountById(db, shop.etsy), 'the account')
const named = async () => ({ merchantId: shop.merchantId, id: shop.etsy })

describe('an account', () => {
  it('is found by the shop’s own name, the one that is not off first', async () => {
    const { externalId, channel } = await etsy()
    expect((await accountOf(db, channel, externalId))?.id).toBe(shop.etsy)
    await setStatus(db, await named(), 'off')
    expect((await accountOf(db, channel, externalId))?.status).toBe('off')
    expect(await accountOf(db, 'shopify', externalId)).toBeUndefined()
  })
  it('that is off is nobody’s to work for, and stays off whatever was under way', async () => {
    expect(await workingAccounts(db)).toContain(shop.etsy)
    await setStatus(db, await named(), 'off')
    await setStatus(db, await named(), 'review')
    await openAccount(db, await named(), minutesAfterNoon(1))
    expect(await etsy()).toMatchObject({ status: 'off', openedAt: null })
    expect(await workingAccounts(db)).not.toContain(shop.etsy)
  })
  it('remembers when it was opened first', async () => {
    for (const minutes of [1, 9]) await openAccount(db, await named(), minutesAfterNoon(minutes))
    expect(await etsy()).toMatchObject({ status: 'open', openedAt: minutesAfterNoon(1) })
  })
  it('never knows less than it did', async () => {
    for (const minutes of [5, 9, 7]) await raiseWatermark(db, await named(), { to: minutesAfterNoon(minutes) })
    expect((await etsy()).watermark).toEqual(minutesAfterNoon(9))
  })
  it('of another merchant is never changed', async () => {
    const other = await openShop(db)
    await setStatus(db, { merchantId: other.merchantId, id: shop.etsy }, 'off')
    await openAccount(db, { merchantId: other.merchantId, id: shop.etsy }, minutesAfterNoon(1))
    await raiseWatermark(db, { merchantId: other.merchantId, id: shop.etsy }, { to: minutesAfterNoon(1) })
    expect(await etsy()).toMatchObject({ status: 'open', openedAt: null, watermark: null })
  })
})
