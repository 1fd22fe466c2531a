import { type Refusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'

/** What tells one piece from every other. */
export const IDENTITIES = ['certificate', 'serial', 'fingerprint'] as const
export type IdentityKind = (typeof IDENTITIES)[number]

export type Identity = { kind: IdentityKind; value: string }

const WORDS: Record<IdentityKind, string> = {
  certificate: 'certificate',
  serial: 'serial number',
  fingerprint: 'stone’s fingerprint',
}

/** As it is compared: "gia 2141 438171 " is "GIA 2141 438171". */
export const asCompared = (value: string): string =>
  value.normalize('NFKC').trim().replaceAll(/\s+/g, ' ').toUpperCase()

type NewIdentity = Identity & { merchantId: number; itemId: number; actor: string; at: Date }

/** Notes it of a one-of-one piece, for ever: no other of the merchant's can ever have it. Said again, nothing happens. */
export async function noteIdentity(tx: Sql, given: NewIdentity): Promise<Refusal | undefined> {
  const { merchantId, itemId, kind, actor, at } = given
  const value = asCompared(given.value)
  const text = `WITH piece AS (
      SELECT id FROM item WHERE merchant_id = $1 AND id = $2 AND kind = 'one_of_one'
    ), noted AS (
      INSERT INTO item_identity AS n (merchant_id, kind, value, item_id, actor, noted_at) SELECT $1, $3, $4, id, $5, $6 FROM piece
      ON CONFLICT (merchant_id, kind, value) DO UPDATE SET item_id = n.item_id RETURNING item_id
    )
    SELECT n.item_id AS "itemId", i.title FROM noted n JOIN item i ON i.merchant_id = $1 AND i.id = n.item_id`
  const values = [merchantId, itemId, kind, value, actor, at]
  const noted = (await tx.query<{ itemId: number; title: string }>({ text, values })).rows[0]
  if (!noted) return refuse('not-one-of-one', 'Only a one-of-one piece has an identity of its own.')
  if (noted.itemId === itemId) return undefined
  return refuse(
    'identity-taken',
    `This ${WORDS[kind]} is that of “${noted.title}”, and is never given to another piece.`,
  )
}

export async function identitiesOf(db: Sql, merchantId: number, itemId: number): Promise<Identity[]> {
  const text = 'SELECT kind, value FROM item_identity WHERE merchant_id = $1 AND item_id = $2 ORDER BY kind, value'
  return (await db.query<Identity>({ name: 'identities-of', text, values: [merchantId, itemId] })).rows
}
