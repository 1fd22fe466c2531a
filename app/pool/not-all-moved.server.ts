import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { itemTitles } from './item-titles.server.ts'
import type { NotMoved } from './movement.ts'

/** Why the ledger moved none of many items: which are not there, or of which there would be two. */
export async function notAllMoved(db: Sql, merchantId: number, { lacking, twice = [] }: NotMoved): Promise<Refusal> {
  if (twice.length > 0)
    return refuse(
      'one-of-one',
      `There can never be two of a one-of-one piece, and there is one already: ${await itemTitles(db, merchantId, twice)}.`,
    )
  const titles = await itemTitles(db, merchantId, lacking)
  return refuse('not-there', `There are not so many pieces in that place: ${titles}.`)
}
