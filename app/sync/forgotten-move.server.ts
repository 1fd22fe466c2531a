import type { StockedConnector } from '../channels/connector.ts'
import { openIncident } from '../incidents/incident.server.ts'
import type { ListingRef } from '../kernel/channel-order.ts'
import type { Sql } from '../kernel/sql.ts'
import type { Account } from '../merchant/account.server.ts'
import type { Sync } from './facts.ts'
import { residualsOf } from './residual.server.ts'

type Forgotten = { movementId: number; itemId: number; key: string; cause: string; ref: ListingRef }
type Telling = { sync: Sync; account: Account; connector: StockedConnector }

const NO_ANSWER = 'no answer for a day'

const TAKE = `WITH taken AS (DELETE FROM mirror_due WHERE account_id = $1 AND movement_id = ANY ($2::bigint[]) RETURNING *)
  SELECT jsonb_agg(to_jsonb(taken)) AS rows FROM taken`
const PUT = 'INSERT INTO mirror_due SELECT * FROM jsonb_populate_recordset(NULL::mirror_due, $1)'
const PARK = 'UPDATE mirror_due SET parked = $3 WHERE account_id = $1 AND movement_id = ANY ($2::bigint[])'
const ANEW = `UPDATE mirror_due SET parked = NULL, sent_at = NULL, first_sent_at = NULL WHERE account_id = $1 AND movement_id = ANY ($2::bigint[])`

/**
 * A change was sent so long ago, without an answer, that the channel does not know its key any more: sent again it might
 * happen twice. Its things are read. When they show what our books say with it, it has happened; without it, it has not,
 * and is sent as if for the first time; otherwise a person must look.
 */
export async function settleForgotten({ sync, account, connector }: Telling, moves: Forgotten[]): Promise<void> {
  const things = await connector.thingsOf(moves.map(({ ref }) => ref))
  const which = [account.id, moves.map(({ movementId }) => movementId)]
  const isClear = await sync.inTransaction(async (tx) => {
    const agrees = async (db: Sql) => {
      const { residuals, unsettled } = await residualsOf(db, account, { things, patient: false })
      return residuals.length + unsettled.length === 0
    }
    const { rows } = await tx.query<{ rows: unknown }>({ text: TAKE, values: which })
    if (await agrees(tx)) return true
    await tx.query({ text: PUT, values: [JSON.stringify(rows[0]?.rows)] })
    await tx.query({ text: PARK, values: [...which, NO_ANSWER] })
    if (!(await agrees(tx))) return false
    await tx.query({ text: ANEW, values: which })
    return true
  })
  if (isClear) return
  const [{ key, cause, itemId }] = moves as [Forgotten]
  const sentence = `${account.name} has not answered for a day to what was to be moved for ${cause}, and its numbers do not tell whether it was done. Compare them there with the item’s page here.`
  const about = { subject: `mirror/${account.id}/${key}`, itemId, accountId: account.id, at: sync.clock.now() }
  await openIncident(sync.db, { merchantId: account.merchantId, kind: 'refused-write', sentence, ...about })
}
