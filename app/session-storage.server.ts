import type { PrismaClient } from '@prisma/client'
import { Session } from '@shopify/shopify-api'
import type { SessionStorage } from '@shopify/shopify-app-session-storage'
import { PrismaSessionStorage } from '@shopify/shopify-app-session-storage-prisma'
import type { Sealer } from './merchant/sealed.server.ts'

/** Shopify's sessions in our database. The two tokens of each are sealed before they get there. */
export const sessionStorage = (prisma: PrismaClient, sealer: Sealer): SessionStorage =>
  sealedSessions(new PrismaSessionStorage(prisma), sealer)

/** A storage that keeps sessions in `inner` with their access and refresh token sealed. */
export function sealedSessions(inner: SessionStorage, { seal, open }: Sealer): SessionStorage {
  return {
    storeSession: (session) => inner.storeSession(withTokens(session, seal)),
    async loadSession(id) {
      const found = await inner.loadSession(id)
      return found && withTokens(found, open)
    },
    deleteSession: (id) => inner.deleteSession(id),
    deleteSessions: (ids) => inner.deleteSessions(ids),
    async findSessionsByShop(shop) {
      const found = await inner.findSessionsByShop(shop)
      return found.map((session) => withTokens(session, open))
    },
  }
}

// A copy: the library goes on using the session it hands over.
function withTokens(session: Session, change: (text: string, about: string) => string): Session {
  const copy = new Session(session.toObject())
  const about = `session/${session.id}`
  if (session.accessToken) copy.accessToken = change(session.accessToken, about)
  if (session.refreshToken) copy.refreshToken = change(session.refreshToken, about)
  return copy
}
