import { z } from 'zod'
import type { Clock } from '../kernel/clock.ts'
import { GiveUp } from '../kernel/outage.ts'
import type { Sql } from '../kernel/sql.ts'
import type { Sealer } from './sealed.server.ts'

const oauthCredentials = z.object({
  accessToken: z.string().min(1),
  refreshToken: z.string().min(1),
  expiresAt: z.coerce.date(),
})

/** What lets us into an account on a channel. `expiresAt` is the access token's end. */
export type OAuthCredentials = z.infer<typeof oauthCredentials>

export type AccountRef = { merchantId: number; id: number }

const aboutOf = ({ merchantId, id }: AccountRef): string => `channel-account/${merchantId}/${id}`

/** The credentials of an account; null when it is not connected. */
export function readCredentials(db: Sql, sealer: Sealer, account: AccountRef): Promise<OAuthCredentials | null> {
  return select(db, sealer, { account, lock: '' })
}

type Selection = { account: AccountRef; lock: '' | 'FOR NO KEY UPDATE' }

async function select(db: Sql, sealer: Sealer, { account, lock }: Selection): Promise<OAuthCredentials | null> {
  const text = `SELECT credentials FROM channel_account WHERE merchant_id = $1 AND id = $2 ${lock}`
  const { rows } = await db.query<{ credentials: string | null }>({ text, values: [account.merchantId, account.id] })
  const sealed = rows[0]?.credentials
  return sealed ? oauthCredentials.parse(JSON.parse(sealer.open(sealed, aboutOf(account)))) : null
}

export type NewCredentials = { account: AccountRef; credentials: OAuthCredentials | null }

/** Keeps the credentials of an account, sealed; null forgets them. */
export async function writeCredentials(
  db: Sql,
  sealer: Sealer,
  { account, credentials }: NewCredentials,
): Promise<void> {
  const sealed = credentials && sealer.seal(JSON.stringify(credentials), aboutOf(account))
  const text = 'UPDATE channel_account SET credentials = $3 WHERE merchant_id = $1 AND id = $2'
  await db.query({ text, values: [account.merchantId, account.id, sealed] })
}

export type TokenStore = {
  inTransaction: <T>(work: (db: Sql) => Promise<T>) => Promise<T>
  sealer: Sealer
  clock: Clock
  account: AccountRef
  /** Asks the channel for new credentials. Throws TryAgain, or GiveUp when access was withdrawn. */
  refresh: (refreshToken: string) => Promise<OAuthCredentials>
}

// Long enough for a call that waits for its turn to be made with a token that is still good.
const FRESH_FOR_MS = 120_000

/**
 * Tokens of an account that are good now. A refresh ends the old refresh token, so it happens once for all processes:
 * under the account's row lock, and only if no other process has done it meanwhile.
 */
export function accountTokens(store: TokenStore) {
  let held: OAuthCredentials | null = null
  let renewing: Promise<OAuthCredentials> | null = null
  const renewed = (): Promise<OAuthCredentials> => {
    renewing ??= renew(store, held).finally(() => (renewing = null))
    return renewing
  }
  return {
    async accessToken(): Promise<string> {
      if (!held || !isFresh(held, store.clock)) held = await renewed()
      return held.accessToken
    },
    async refused(): Promise<void> {
      held = await renewed()
    },
  }
}

const isFresh = ({ expiresAt }: OAuthCredentials, clock: Clock): boolean =>
  expiresAt.getTime() - clock.now().getTime() > FRESH_FOR_MS

/** `spent`: what is known to be used up or refused; null when nothing has been read yet. */
function renew(
  { inTransaction, sealer, clock, account, refresh }: TokenStore,
  spent: OAuthCredentials | null,
): Promise<OAuthCredentials> {
  return inTransaction(async (db) => {
    // Not FOR UPDATE: rows that refer to the account (an event in the inbox) must not wait for the channel's answer.
    const kept = await select(db, sealer, { account, lock: 'FOR NO KEY UPDATE' })
    if (!kept) throw new GiveUp('This account is not connected.')
    if (kept.accessToken !== spent?.accessToken && isFresh(kept, clock)) return kept
    const credentials = await refresh(kept.refreshToken)
    await writeCredentials(db, sealer, { account, credentials })
    return credentials
  })
}
