import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from '@prisma/client'
import { Session } from '@shopify/shopify-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { present } from '#app/kernel/assert.ts'
import { openSealer } from '#app/merchant/sealed.server.ts'
import { sessionStorage } from '#app/session-storage.server.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'

let database: FreshDatabase
let prisma: PrismaClient
beforeAll(async () => {
  database = await freshDatabase()
  prisma = new PrismaClient({ adapter: new PrismaPg(database.pool) })
})
afterAll(async () => {
  await prisma.$disconnect()
  await database.drop()
})

const storage = (key = 7) => sessionStorage(prisma, openSealer([Buffer.alloc(32, key)]))

const session = (shop: string) =>
  new Session({
    id: `offline_${shop}`,
    shop,
    state: '',
    isOnline: false,
    scope: 'read_products',
    accessToken: `shpat_${shop}`,
    expires: new Date('2026-03-10T13:00:00Z'),
    refreshToken: `shprt_${shop}`,
    refreshTokenExpires: new Date('2026-06-08T12:00:00Z'),
  })

test('a session comes back as it was kept, to the millisecond', async () => {
  await storage().storeSession(session('a.myshopify.com'))
  const found = present(await storage().loadSession('offline_a.myshopify.com'), 'the session')
  expect(found.accessToken).toBe('shpat_a.myshopify.com')
  expect(found.refreshToken).toBe('shprt_a.myshopify.com')
  expect(found.expires?.toISOString()).toBe('2026-03-10T13:00:00.000Z')
  expect(found.refreshTokenExpires?.toISOString()).toBe('2026-06-08T12:00:00.000Z')
})

test('neither token lies in the database as it is', async () => {
  await storage().storeSession(session('b.myshopify.com'))
  const { rows } = await database.pool.query(`SELECT * FROM "Session" WHERE shop = 'b.myshopify.com'`)
  expect(JSON.stringify(rows)).toContain('read_products')
  expect(JSON.stringify(rows)).not.toMatch(/shpat_|shprt_/)
})

test('the session that was handed over keeps its own tokens', async () => {
  const given = session('c.myshopify.com')
  await storage().storeSession(given)
  expect(given.accessToken).toBe('shpat_c.myshopify.com')
})

test('the sessions of a shop are found with their tokens', async () => {
  await storage().storeSession(session('d.myshopify.com'))
  const found = await storage().findSessionsByShop('d.myshopify.com')
  expect(found.map(({ accessToken }) => accessToken)).toEqual(['shpat_d.myshopify.com'])
})

test('another’s key does not open it, and a token moved to another shop’s row does not open either', async () => {
  await storage().storeSession(session('e.myshopify.com'))
  await expect(storage(8).loadSession('offline_e.myshopify.com')).rejects.toThrow()
  await storage().storeSession(session('f.myshopify.com'))
  await database.pool.query(`UPDATE "Session" SET "accessToken" =
    (SELECT "accessToken" FROM "Session" WHERE shop = 'e.myshopify.com') WHERE shop = 'f.myshopify.com'`)
  await expect(storage().loadSession('offline_f.myshopify.com')).rejects.toThrow()
})

test('a session that was deleted is gone', async () => {
  await storage().storeSession(session('g.myshopify.com'))
  await storage().deleteSession('offline_g.myshopify.com')
  expect(await storage().loadSession('offline_g.myshopify.com')).toBeUndefined()
})
