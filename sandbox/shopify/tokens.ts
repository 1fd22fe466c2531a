import type { AccessToken, RefreshToken } from './rows.ts'
import { hex } from './settings.ts'
import { nowOf, type Store } from './store.ts'

const HOUR = 3_600_000

/** Seconds the tokens are good for (docs: "expiring offline access tokens", "online access tokens"). */
export const OFFLINE_SECONDS = 3_600
export const REFRESH_SECONDS = 90 * 86_400
export const ONLINE_SECONDS = 86_400

export type Grant = { access: AccessToken; refresh: RefreshToken | null }

/** A new offline token. `expiring`: good for an hour, with a refresh token; else the shop's one lasting token. */
export function offlineToken(
  store: Store,
  { expiring, replaces }: { expiring: boolean; replaces: string | null },
): Grant {
  const lasting = [...store.installation.access.values()].find((t) => t.kind === 'offline' && t.expiresAt === null)
  if (!expiring && lasting) return { access: lasting, refresh: null }
  const now = nowOf(store)
  const expiresAt = expiring ? now + OFFLINE_SECONDS * 1_000 : null
  const access = issue(store, { kind: 'offline', userId: null, expiresAt })
  if (!expiring) return { access, refresh: null }
  const refresh = { token: `shprt_${hex(store.env.random, 32)}`, replaces, expiresAt: now + REFRESH_SECONDS * 1_000 }
  store.installation.refresh.set(refresh.token, refresh)
  return { access, refresh }
}

export function onlineToken(store: Store, userId: string): AccessToken {
  return issue(store, { kind: 'online', userId, expiresAt: nowOf(store) + ONLINE_SECONDS * 1_000 })
}

function issue(store: Store, fields: Omit<AccessToken, 'token'>): AccessToken {
  sweep(store)
  const prefix = fields.kind === 'offline' ? 'shpat' : 'shpua'
  const access = { token: `${prefix}_${hex(store.env.random, 32)}`, ...fields }
  store.installation.access.set(access.token, access)
  store.env.changed()
  return access
}

// Dead for a day: a long replay would otherwise gather one token an hour.
function sweep(store: Store): void {
  const old = nowOf(store) - 24 * HOUR
  const { access, refresh } = store.installation
  for (const [token, { expiresAt }] of access) if (expiresAt !== null && expiresAt < old) access.delete(token)
  for (const [token, { expiresAt }] of refresh) if (expiresAt < old) refresh.delete(token)
}

/**
 * Exchanges a refresh token for a new pair. The one before stays good until the new one is used, so that an answer
 * lost on the way costs nothing. Undefined: it is not known, or over.
 */
export function refreshWith(store: Store, token: string): Grant | undefined {
  const known = store.installation.refresh.get(token)
  if (!known || known.expiresAt <= nowOf(store)) return undefined
  if (known.replaces) store.installation.refresh.delete(known.replaces)
  return offlineToken(store, { expiring: true, replaces: token })
}

/** Whose call it is; undefined for a token that is unknown, over or revoked. */
export function accessWith(store: Store, token: string | null): AccessToken | undefined {
  const access = store.installation.access.get(token ?? '')
  if (!access || !store.installation.installed) return undefined
  return access.expiresAt === null || access.expiresAt > nowOf(store) ? access : undefined
}

/** Makes every access token useless, and the refresh tokens too unless `keepRefresh`. */
export function revoke(store: Store, keepRefresh = false): void {
  store.installation.access.clear()
  if (!keepRefresh) store.installation.refresh.clear()
  store.env.changed()
}
