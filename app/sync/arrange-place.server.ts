import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { accountsOf } from '../merchant/account.server.ts'
import { lockPieces } from '../merchant/mapping.server.ts'
import {
  changePlace,
  lockPlace,
  lyingAt,
  makePlace,
  notePlaceChange,
  type PlaceWords,
} from '../merchant/place-row.server.ts'
import { archiveRefusal, changeRefusal, wordsRefusal } from '../merchant/place-rules.ts'
import { knownPartner, NO_SUCH_PLACE } from '../pool/moving-place.server.ts'
import { keepStaysAt } from '../pool/stay.server.ts'
import { STOCKED_CHANNELS } from '../channels/registry.ts'
import { act } from './act.server.ts'
import type { Decider } from './decisions.server.ts'
import { deriveDue } from './due-listings.server.ts'
import type { Sync } from './facts.ts'

type Answer = Promise<Refusal | { freed: number[] }>
const NOTHING_FREED = { freed: [] }

/** Makes a place of the merchant's. The same name twice at the same moment is one place. */
export function addPlace(sync: Sync, who: Decider, words: PlaceWords): Answer {
  return act(sync, who, async (tx, at) => {
    const { merchantId, actor } = who
    const refused = wordsRefusal(words) ?? (await knownPartner(tx, merchantId, words.partnerId))
    if (refused) return refused
    await tx.query({ text: 'SELECT 1 FROM merchant WHERE id = $1 FOR NO KEY UPDATE', values: [merchantId] })
    if (await isTaken(tx, { merchantId, name: words.name })) return taken(words)
    const id = await makePlace(tx, merchantId, words)
    await notePlaceChange(tx, { merchantId, id, actor, at }, { before: {}, after: words })
    return NOTHING_FREED
  })
}

const taken = ({ name }: PlaceWords): Refusal => refuse('same-name', `There is a place called ${name} already.`)

async function isTaken(
  tx: Sql,
  { merchantId, name, but = 0 }: { merchantId: number; name: string; but?: number },
): Promise<boolean> {
  const text = `SELECT 1 FROM location WHERE merchant_id = $1 AND lower(name) = lower($2) AND archived_at IS NULL AND id <> $3 LIMIT 1`
  return (await tx.query({ text, values: [merchantId, name, but] })).rows.length > 0
}

/**
 * Changes what a place is. When it begins or ceases to sell, what lies there is for sale on every channel, or on none,
 * from that moment on.
 */
export function editPlace(
  sync: Sync,
  who: Decider,
  { locationId: id, ...words }: PlaceWords & { locationId: number },
): Answer {
  return act(sync, who, async (tx, at) => {
    const which = { merchantId: who.merchantId, id }
    const was = await lockPlace(tx, which)
    if (!was) return NO_SUCH_PLACE
    const wrong = wordsRefusal(words) ?? (await knownPartner(tx, who.merchantId, words.partnerId))
    if (wrong) return wrong
    if (await isTaken(tx, { merchantId: who.merchantId, name: words.name, but: id })) return taken(words)
    // Nothing moves there meanwhile: what a piece is there depends on it.
    await lockPieces(tx, { merchantId: who.merchantId, locationId: id })
    const refused = changeRefusal(was, words, await lyingAt(tx, which))
    if (refused) return refused
    await changePlace(tx, which, words)
    const { id: _, archived: __, ...before } = was
    await notePlaceChange(tx, { ...which, actor: who.actor, at }, { before, after: words })
    return was.sellable === words.sellable ? NOTHING_FREED : sellsOrNot(tx, { ...which, sells: words.sellable, at })
  })
}

type Turned = { merchantId: number; id: number; sells: boolean; at: Date }

async function sellsOrNot(tx: Sql, { merchantId, id, sells, at }: Turned): Promise<{ freed: number[] }> {
  // Its items' numbers have changed without a movement: their listings are due by their balances' versions.
  const text = `UPDATE balance SET version = version + 1 WHERE merchant_id = $1 AND location_id = $2 AND available > 0 RETURNING item_id AS "itemId"`
  const { rows } = await tx.query<{ itemId: number }>({ text, values: [merchantId, id] })
  await keepStaysAt(tx, { merchantId, locationId: id, at })
  for (const account of await accountsOf(tx, merchantId)) {
    if (account.status === 'open' && !STOCKED_CHANNELS.includes(account.channel)) await deriveDue(tx, account, at)
  }
  return { freed: sells ? rows.map(({ itemId }) => itemId) : [] }
}

/** Gives a place up. It must be empty, and no channel's. What happened there stays in the ledger. */
export function archivePlace(sync: Sync, who: Decider, { locationId: id }: { locationId: number }): Answer {
  return act(sync, who, async (tx, at) => {
    const which = { merchantId: who.merchantId, id }
    const was = await lockPlace(tx, which)
    if (!was) return NO_SUCH_PLACE
    if (was.archived) return NOTHING_FREED
    await lockPieces(tx, { merchantId: who.merchantId, locationId: id })
    const refused = archiveRefusal(was, await lyingAt(tx, which))
    if (refused) return refused
    await tx.query({
      text: 'UPDATE location SET archived_at = $3, sellable = false WHERE merchant_id = $1 AND id = $2',
      values: [who.merchantId, id, at],
    })
    await notePlaceChange(
      tx,
      { ...which, actor: who.actor, at },
      { before: { archived: false, sellable: was.sellable }, after: { archived: true, sellable: false } },
    )
    return NOTHING_FREED
  })
}
