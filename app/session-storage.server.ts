import type { PrismaClient } from '@prisma/client'
import { Session } from '@shopify/shopify-api'
import type { SessionStorage } from '@shopify/shopify-app-session-storage'
import { PrismaSessionStorage } from '@shopify/shopify-app-session-storage-prisma'

/** Locks a text up and opens it again (merchant/sealed.server). */
export type Seal = { seal(text: string): string; unseal(sealed: string): string }

/** Shopify's sessions in our database. The two tokens of each are sealed before they get there. */
export const sessionStorage = (prisma: PrismaClient, seal: Seal): SessionStorage =>
  sealedSessions(new PrismaSessionStorage(prisma), seal)

/** A storage that keeps sessions in `inner` with their access and refresh token sealed. */
export function sealedSessions(inner: SessionStorage, { seal, unseal }: Seal): SessionStorage {
  const opened = (session: Session | undefined) => session && withTokens(session, unseal)
  return {
    storeSession: (session) => inner.storeSession(withTokens(session, seal)),
    loadSession: async (id) => opened(await inner.loadSession(id)),
    deleteSession: (id) => inner.deleteSession(id),
    deleteSessions: (ids) => inner.deleteSessions(ids),
    findSessionsByShop: async (shop) =>
      (await inner.findSessionsByShop(shop)).map((found) => withTokens(found, unseal)),
  }
}

// A copy: the library goes on using the session it hands over.
function withTokens(session: Session, change: (text: string) => string): Session {
  const copy = new Session(session.toObject())
  if (session.accessToken) copy.accessToken = change(session.accessToken)
  if (session.refreshToken) copy.refreshToken = change(session.refreshToken)
  return copy
}
