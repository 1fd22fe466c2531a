import { randomBytes } from 'node:crypto'
import {
  beginConnect,
  finishConnect,
  whoBegan,
  type ConnectDeps,
  type Consent,
} from './channels/etsy/connect.server.ts'
import { env } from './env.server.ts'
import { isRefusal, refuse, type Refusal } from './kernel/refusal.ts'
import { systemClock } from './kernel/system-clock.server.ts'
import { connectAccount } from './merchant/connect-account.server.ts'
import { writeCredentials } from './merchant/credentials.server.ts'
import { storeOf } from './merchant/merchant.server.ts'
import { notAllowed } from './merchant/role.ts'
import { tellPages } from './sync/wake.server.ts'
import type { Visit } from './visit.server.ts'
import { pool, sealer, sync } from './web-resources.server.ts'

const NOT_SET_UP = refuse('not-set-up', 'This app has no Etsy key. Its operator must set one.')

function etsyApp(): ConnectDeps | null {
  const { ETSY_API_URL, ETSY_OAUTH_URL, ETSY_KEYSTRING, ETSY_SHARED_SECRET, SHOPIFY_APP_URL } = env()
  if (!ETSY_KEYSTRING || !ETSY_SHARED_SECRET) return null
  return {
    fetch: (request) => fetch(request),
    clock: systemClock,
    sealer,
    apiUrl: ETSY_API_URL,
    oauthUrl: ETSY_OAUTH_URL,
    keystring: ETSY_KEYSTRING,
    sharedSecret: ETSY_SHARED_SECRET,
    redirectUri: `${SHOPIFY_APP_URL}/auth/etsy/callback`,
    random: (bytes) => randomBytes(bytes),
  }
}

/** The address of Etsy's consent page for a person who may connect channels. */
export function startEtsy({ merchant, person }: Visit): { url: string } | Refusal {
  const app = etsyApp()
  const who = { merchantId: merchant.id, subject: person.subject }
  return notAllowed(person.role, 'connect') ?? (app ? beginConnect(app, who) : NOT_SET_UP)
}

/**
 * Connects the shop whose owner has consented, and has its listings read. Only the person who began can finish: the
 * consent came back in a window without a session, and anybody could have sent it there.
 */
export async function finishEtsy({ merchant, person, at }: Visit, consent: Consent): Promise<Refusal | undefined> {
  const app = etsyApp()
  if (!app) return NOT_SET_UP
  const shop = await finishConnect(app, { merchantId: merchant.id, subject: person.subject }, consent)
  if (isRefusal(shop)) return shop
  const { shopId: externalId, credentials } = shop
  const refusal = await sync.inTransaction(async (tx) => {
    const account = await connectAccount(tx, { merchantId: merchant.id, channel: 'etsy', externalId, name: 'Etsy', at })
    if (isRefusal(account)) return account
    const owner = { merchantId: merchant.id, id: account.id }
    await writeCredentials(tx, sealer, { account: owner, credentials })
    const payload = { merchantId: merchant.id, accountId: account.id }
    await sync.outbox.record(tx, [{ name: 'account-connected', payload }])
    return undefined
  })
  await tellPages(pool, merchant.id)
  return refusal
}

/** Where in the admin the person who began is to go on: the store, such as "adler-finch"; null when we did not begin it. */
export async function storeThatBegan(state: string | null): Promise<string | null> {
  const merchantId = state && whoBegan(sealer, state)?.merchantId
  return merchantId ? storeOf(pool, merchantId) : null
}
