import { createHash, timingSafeEqual } from 'node:crypto'
import { type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'

/** A key of the merchant's as its row tells of it; never its secret. */
export type ApiKey = {
  id: number
  accountId: number
  account: string
  name: string
  prefix: string
  origin: string | null
  madeAt: Date
  revokedAt: Date | null
}

/** Random bytes: chance is an argument. */
export type RandomBytes = (bytes: number) => Uint8Array

const PREFIX_BYTES = 9
const SECRET_BYTES = 32
const SHAPE = /^(vk_[\w-]{12})\.([\w-]{43})$/

// Calls that may be made at once, and how fast they come back. A shop front calls once for each change of a cart.
const MOST_AT_ONCE = 60
const PER_SECOND = 10

// The secret is 256 bits at random: there is nothing to guess, so one hash is enough.
const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest()

export type NewApiKey = { accountId: number; name: string; origin: string | null; token: string }

/**
 * Makes a key. The answer is the only time it is told: we keep its hash. The same form again has made it already, and is
 * refused, since its secret is gone.
 */
export async function makeApiKey(
  db: Sql,
  who: { merchantId: number; actor: string; at: Date },
  { key, random }: { key: NewApiKey; random: RandomBytes },
): Promise<Refusal | { id: number; secret: string }> {
  const [prefix, secret] = [random(PREFIX_BYTES), random(SECRET_BYTES)].map((bytes) =>
    Buffer.from(bytes).toString('base64url'),
  )
  const text = `INSERT INTO api_key (merchant_id, account_id, name, prefix, hash, origin, allowance, allowance_at, token, made_by, made_at)
    SELECT $1, a.id, $3, $4, $5, $6, ${MOST_AT_ONCE}, $9, $7, $8, $9 FROM channel_account a
    WHERE a.merchant_id = $1 AND a.id = $2 AND a.status <> 'off'
    ON CONFLICT (merchant_id, token) DO NOTHING RETURNING id`
  const of = [who.merchantId, key.accountId, key.name, `vk_${prefix}`, hashOf(secret ?? ''), key.origin, key.token]
  const [made] = (await db.query<{ id: number }>({ text, values: [...of, who.actor, who.at] })).rows
  if (made) return { id: made.id, secret: `vk_${prefix}.${secret}` }
  const known = 'SELECT FROM api_key WHERE merchant_id = $1 AND token = $2'
  const again = (await db.query({ text: known, values: [who.merchantId, key.token] })).rowCount !== 0
  return again
    ? refuse('made', 'This key was made already. If you did not keep it, revoke it and make another.')
    : refuse('unknown-account', 'There is no such channel.')
}

/** From now on nobody gets in with it. */
export async function revokeApiKey(
  db: Sql,
  { merchantId, actor, at }: { merchantId: number; actor: string; at: Date },
  keyId: number,
): Promise<Refusal | undefined> {
  const text = `UPDATE api_key SET revoked_at = $3, revoked_by = $4 WHERE merchant_id = $1 AND id = $2 AND revoked_at IS NULL`
  const done = await db.query({ text, values: [merchantId, keyId, at, actor] })
  return done.rowCount === 1 ? undefined : refuse('unknown-key', 'There is no such key, or it was revoked already.')
}

/** The merchant's keys, those in use first. */
export async function apiKeysOf(db: Sql, merchantId: number): Promise<ApiKey[]> {
  const text = `SELECT k.id, k.account_id AS "accountId", a.name AS account, k.name, k.prefix, k.origin, k.made_at AS "madeAt",
      k.revoked_at AS "revokedAt"
    FROM api_key k JOIN channel_account a ON a.merchant_id = k.merchant_id AND a.id = k.account_id
    WHERE k.merchant_id = $1 ORDER BY k.revoked_at IS NOT NULL, k.id DESC`
  return (await db.query<ApiKey>({ text, values: [merchantId] })).rows
}

export type Caller = { merchantId: number; keyId: number; accountId: number; channel: string; origin: string | null }

/** Whose key this is; undefined when it is nobody's, any more or ever. Compared in a time that tells nothing of it. */
export async function callerOf(db: Sql, key: string): Promise<Caller | undefined> {
  const [, prefix, secret] = SHAPE.exec(key) ?? []
  if (prefix === undefined || secret === undefined) return undefined
  const text = `SELECT k.merchant_id AS "merchantId", k.id AS "keyId", k.account_id AS "accountId", a.channel, k.origin, k.hash FROM api_key k
    JOIN channel_account a ON a.merchant_id = k.merchant_id AND a.id = k.account_id
    WHERE k.prefix = $1 AND k.revoked_at IS NULL AND a.status <> 'off'`
  const { rows } = await db.query<Caller & { hash: Buffer }>({ name: 'caller-of', text, values: [prefix] })
  const [found] = rows
  if (!found || !timingSafeEqual(found.hash, hashOf(secret))) return undefined
  const { hash: _, ...caller } = found
  return caller
}

/** Counts a call of the key. Returns seconds until it may call again; 0 when it may now, and has. */
export async function countCall(db: Sql, { merchantId, keyId }: Caller, at: Date): Promise<number> {
  const now = `LEAST(${MOST_AT_ONCE}, allowance + ${PER_SECOND} * GREATEST(0, extract(epoch FROM $3::timestamptz - allowance_at)))`
  const text = `UPDATE api_key SET allowance = ${now} - 1, allowance_at = GREATEST(allowance_at, $3)
    WHERE merchant_id = $1 AND id = $2 AND ${now} >= 1`
  const counted = await db.query({ name: 'count-call', text, values: [merchantId, keyId, at] })
  return counted.rowCount === 1 ? 0 : Math.ceil(1 / PER_SECOND)
}

/** Whether pages of this address may use a key at all: what a browser asks before it sends one. */
export async function originIsKnown(db: Sql, origin: string): Promise<boolean> {
  const text = 'SELECT FROM api_key WHERE origin = $1 AND revoked_at IS NULL LIMIT 1'
  return (await db.query({ name: 'origin-is-known', text, values: [origin] })).rowCount !== 0
}
