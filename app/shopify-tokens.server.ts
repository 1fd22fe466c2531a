import { Session } from '@shopify/shopify-api'
import type { SessionStorage } from '@shopify/shopify-app-session-storage'
import { z } from 'zod'
import type { Tokens } from './channels/connector.ts'
import type { Clock } from './kernel/clock.ts'
import { GiveUp, TryAgain } from './kernel/outage.ts'
import type { RunTransaction } from './kernel/sql.ts'

export type ShopifyTokensOptions = {
  shop: string
  sessions: SessionStorage
  fetch: typeof fetch
  apiKey: string
  apiSecret: string
  inTransaction: RunTransaction
  clock: Clock
}

const refreshed = z.object({
  access_token: z.string().min(1),
  scope: z.string().optional(),
  // Some answers lack it (shopify-app-js #3400); taken for a token without end, it would be used long after.
  expires_in: z.number().positive().default(3_600),
  refresh_token: z.string().min(1),
  refresh_token_expires_in: z.number().positive().optional(),
})

const EARLY_MS = 60_000
const A_WHILE_MS = 5_000

/**
 * A shop's offline access token for work in the background. It is renewed a minute before it ends, by one process at a
 * time: Shopify ends a refresh token when the one that followed it is used.
 */
export function shopifyTokens(options: ShopifyTokensOptions): Tokens {
  const { shop, sessions, clock } = options
  const id = `offline_${shop}`
  const load = async () => {
    const session = await sessions.loadSession(id)
    if (!session?.accessToken) throw new GiveUp(`${shop} has not let us in: nobody has opened the app there.`)
    return session
  }
  const fresh = (session: Session) => !session.expires || session.expires.getTime() - clock.now().getTime() > EARLY_MS
  const renew = (refused: string | null) =>
    options.inTransaction(async (tx) => {
      await tx.query({ text: 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', values: [`session:${id}`] })
      const session = await load()
      // Another process has renewed it while we waited.
      if (fresh(session) && session.accessToken !== refused) return session
      const next = await refresh(session, options)
      await sessions.storeSession(next)
      return next
    })
  // Read once, and again when it is about to end or was refused: each call would read and unseal it otherwise.
  let held: Session | null = null
  return {
    async accessToken() {
      if (held && fresh(held)) return held.accessToken ?? ''
      const session = await load()
      held = fresh(session) ? session : await renew(null)
      return held.accessToken ?? ''
    },
    async refused() {
      const refused = held?.accessToken ?? null
      held = null
      held = await renew(refused)
    },
  }
}

async function refresh(
  session: Session,
  { shop, fetch, apiKey, apiSecret, clock }: ShopifyTokensOptions,
): Promise<Session> {
  if (!session.refreshToken) throw new GiveUp(`${shop} has ended our access: somebody must open the app there.`)
  const answer = await fetch(`https://${shop}/admin/oauth/access_token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      client_id: apiKey,
      client_secret: apiSecret,
      grant_type: 'refresh_token',
      refresh_token: session.refreshToken,
    }),
  })
  if (answer.status === 429 || answer.status >= 500)
    throw new TryAgain(A_WHILE_MS, `${shop} does not renew our access now.`)
  if (!answer.ok) throw new GiveUp(`${shop} has ended our access: somebody must open the app there.`)
  const token = refreshed.parse(await answer.json())
  const ends = (seconds: number) => new Date(clock.now().getTime() + seconds * 1_000)
  return new Session({
    ...session.toObject(),
    accessToken: token.access_token,
    scope: token.scope ?? session.scope ?? '',
    expires: ends(token.expires_in),
    refreshToken: token.refresh_token,
    ...(token.refresh_token_expires_in ? { refreshTokenExpires: ends(token.refresh_token_expires_in) } : {}),
  })
}
