import { ONLY_ONE, PIECES_LEFT } from '../pool/stock.server.ts'

// In which order numbers are told, as SQL. The real number is computed when it is told; this goes by how many pieces
// there are and what the channel shows, which is enough to say what is urgent.

/** How urgent a number is: the less, the sooner. As in `listing_due.risk`. */
export const RISK = { onlyOne: 0, lastPiece: 1, falls: 2, comesBack: 3, restock: 4 } as const

/** The columns of `listing_due` that order it. */
export const ORDER_COLUMNS = 'risk, pace, pieces'

/** How an item `i` stands: `one`, `pieces`, `pace`. */
export const standingLateral = `LATERAL (SELECT ${ONLY_ONE} AS one, ${PIECES_LEFT} AS pieces,
  COALESCE((SELECT p.sold FROM item_pace p WHERE p.merchant_id = i.merchant_id AND p.item_id = i.id), 0) AS pace OFFSET 0)`

/**
 * The risk of a listing that shows `shown` of an item that stands as `s`: what falls before what rises, the only one of
 * its kind before all. `falls`: pieces were taken away, whatever it shows.
 */
export const riskSql = ({ s, shown, falls = 'false' }: { s: string; shown: string; falls?: string }): string => `CASE
    WHEN ${s}.one THEN ${RISK.onlyOne}
    WHEN ${falls} OR ${shown} IS NULL OR ${s}.pieces < ${shown} THEN CASE WHEN ${s}.pieces <= 1 THEN ${RISK.lastPiece} ELSE ${RISK.falls} END
    WHEN ${shown} = 0 THEN ${RISK.comesBack} ELSE ${RISK.restock} END`

/** The same of a movement: what leaves what is for sale falls. */
export const riskOfMoveSql = ({ s, falls }: { s: string; falls: string }): string =>
  riskSql({ s, shown: `${s}.pieces`, falls })
