import type { StockedConnector } from '../channels/connector.ts'
import type { Account } from '../merchant/account.server.ts'
import { mappedPlaces } from '../merchant/location.server.ts'
import type { Mapping } from '../merchant/mapping.server.ts'
import { STATE_WORDS } from '../pool/difference.ts'
import type { Residual } from './compare.ts'
import type { Sync } from './facts.ts'
import { residualsOf } from './residual.server.ts'
import { tellPages } from './wake.server.ts'

type Stocked = { sync: Sync; account: Account; connector: StockedConnector }
type Asked = Pick<Mapping, 'externalId' | 'name'> & { askedAt: Date }
type Found = { items: Set<number>; pieces: number; examples: string[] }

const EXAMPLES = 8

/** Compares a channel's numbers with ours as if a place of ours stood at one of its already, and keeps what it finds. */
export async function lookAtMapping({ sync, account, connector }: Stocked, locationId: number): Promise<void> {
  const asked = await askedMapping({ sync, account }, locationId)
  if (!asked) return
  const places = await mappedPlaces(sync.db, account)
  const others = places.get(asked.externalId)?.places ?? []
  places.set(asked.externalId, { settling: false, places: [...others, { locationId, name: asked.name }] })
  const standing = new Set([...others.map((one) => one.locationId), locationId])
  const found: Found = { items: new Set(), pieces: 0, examples: [] }
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof connector.things>> = await connector.things(cursor)
    const { residuals } = await residualsOf(sync.db, account, { things: page.rows, patient: false, places })
    await note(
      { sync, account },
      found,
      residuals.filter((one) => standing.has(one.locationId)),
    )
    cursor = page.next
  } while (cursor !== null)
  await keepFound({ sync, account }, { locationId, asked, found })
  await tellPages(sync.db, account.merchantId)
}

async function askedMapping(
  { sync, account }: Omit<Stocked, 'connector'>,
  locationId: number,
): Promise<Asked | undefined> {
  const text = `SELECT external_id AS "externalId", quantity_name AS name, asked_at AS "askedAt" FROM mapping_look
    WHERE merchant_id = $1 AND account_id = $2 AND location_id = $3 AND looked_at IS NULL`
  return (await sync.db.query<Asked>({ text, values: [account.merchantId, account.id, locationId] })).rows[0]
}

async function note({ sync, account }: Omit<Stocked, 'connector'>, found: Found, residuals: Residual[]): Promise<void> {
  for (const { itemId, quantity } of residuals) {
    found.items.add(itemId)
    found.pieces += Math.abs(quantity)
  }
  const shown = residuals.slice(0, EXAMPLES - found.examples.length)
  if (shown.length === 0) return
  const text = `SELECT id, concat_ws(', ', title, NULLIF(variant, '')) AS title FROM item WHERE merchant_id = $1 AND id = ANY ($2::int[])`
  const values = [account.merchantId, shown.map(({ itemId }) => itemId)]
  const titles = new Map(
    (await sync.db.query<{ id: number; title: string }>({ text, values })).rows.map((row) => [row.id, row.title]),
  )
  for (const { itemId, state, ours, theirs } of shown)
    found.examples.push(
      `${titles.get(itemId) ?? 'An item'}: ${ours} ${STATE_WORDS[state]} by your books, ${theirs} there`,
    )
}

async function keepFound(
  { sync, account }: Omit<Stocked, 'connector'>,
  { locationId, asked, found }: { locationId: number; asked: Asked; found: Found },
): Promise<void> {
  const text = `UPDATE mapping_look SET looked_at = $5, items = $6, pieces = $7, examples = $8
    WHERE merchant_id = $1 AND account_id = $2 AND location_id = $3 AND asked_at = $4`
  const values = [account.merchantId, account.id, locationId, asked.askedAt, sync.clock.now()]
  await sync.db.query({ text, values: [...values, found.items.size, found.pieces, JSON.stringify(found.examples)] })
}
