import { z } from 'zod'
import { present } from './kernel/assert.ts'
import { systemClock } from './kernel/system-clock.server.ts'
import { arrive } from './merchant/arrive.server.ts'
import { merchantOfShop, type Merchant } from './merchant/merchant.server.ts'
import { personOf, type Person } from './merchant/person.server.ts'
import { authenticate } from './shopify.server.ts'
import { pool, sync } from './web-resources.server.ts'

/** A signed request from inside the admin: whose shop, who, when. `until`: when its session token ends. */
export type Visit = { merchant: Merchant; shop: string; person: Person; at: Date; until: Date }

type Admin = Awaited<ReturnType<typeof authenticate.admin>>['admin']

/**
 * Who is asking, by the library's check of the session token. Every loader and action of a page begins here, and asks
 * for rows of this merchant only. Throws the library's own answers (bounce page, 401 with a retry header).
 */
export async function visit(request: Request): Promise<Visit> {
  const { session, sessionToken, admin } = await authenticate.admin(request)
  const { shop } = session
  const at = systemClock.now()
  const found = await merchantOfShop(pool, shop)
  const merchant = found && !found.off ? found.merchant : await welcome(admin, { shop, at })
  const person = await personOf(sync, { merchantId: merchant.id, subject: sessionToken.sub, at })
  return { merchant, shop, person, at, until: new Date(sessionToken.exp * 1000) }
}

/** How the ledger and the incidents name this person. */
export const actorOf = ({ person }: Visit): string => `person/${person.id}`

const shopAnswer = z.object({
  data: z.object({ shop: z.object({ name: z.string(), ianaTimezone: z.string(), currencyCode: z.string() }) }),
})

// The store is asked first: if it has uninstalled the app since, this fails, and no row is touched.
async function welcome(admin: Admin, { shop, at }: { shop: string; at: Date }): Promise<Merchant> {
  const answer = await admin.graphql(`#graphql
    query ShopThatArrives { shop { name ianaTimezone currencyCode } }`)
  const { name, ianaTimezone: timeZone, currencyCode: currency } = shopAnswer.parse(await answer.json()).data.shop
  await sync.inTransaction(async (tx) => {
    const arrived = await arrive(tx, { shop, name, timeZone, currency, at })
    await sync.outbox.record(
      tx,
      arrived.map((payload) => ({ name: 'account-connected' as const, payload })),
    )
  })
  return present(await merchantOfShop(pool, shop), 'the merchant that has just arrived').merchant
}
