import { openIncident, openOf } from '../incidents/incident.server.ts'
import { attachTimeline } from '../incidents/oversell-timeline.server.ts'
import type { Sql } from '../kernel/sql.ts'
import { because, byClaim } from './claim.ts'
import type { ClaimRow } from './claim-rows.server.ts'

type Piece = { merchantId: number; itemId: number; at: Date }

/**
 * Tells of each order that was promised a one-of-one piece and does not get it: who does, and by which rule. `news`: lines
 * of which a person has not been told yet; of the others only what is still open is renewed.
 */
export async function noteLosers(
  db: Sql,
  piece: Piece,
  { rows, winner, news }: { rows: ClaimRow[]; winner: ClaimRow | undefined; news: number[] },
): Promise<void> {
  const losers = rows.filter(({ short, backorder }) => short > 0 && !backorder)
  if (losers.length === 0) return
  const { merchantId, itemId, at } = piece
  const subjects = losers.map(subjectOf)
  const open = new Set(await openOf(db, { merchantId, kind: 'oversell' }, subjects))
  for (const loser of losers) {
    const subject = subjectOf(loser)
    if (!news.includes(loser.lineId) && !open.has(subject)) continue
    const { accountId, currency, unitPriceMinor, short } = loser
    const value = { minor: short * unitPriceMinor, currency }
    const about = { merchantId, kind: 'oversell' as const, subject, itemId, accountId, value, at }
    const incidentId = await openIncident(db, { ...about, sentence: sentenceOf(loser, winner) })
    await attachTimeline(db, { merchantId, incidentId, itemId, lineId: loser.lineId, at })
  }
}

const subjectOf = ({ lineId }: ClaimRow) => `line/${lineId}`

/** What is told of an order that does not get the piece. */
export function sentenceOf(loser: ClaimRow, winner: ClaimRow | undefined): string {
  const sold = `${loser.account} sold “${loser.title}” in order ${loser.orderName}, of which there is only one`
  if (!winner) return `${sold}, and it is not there.`
  if (winner.lineId === loser.lineId) return `${sold}, more than once.`
  const has = `order ${winner.orderName} on ${winner.account} has it`
  if (byClaim(winner, loser) < 0) return `${sold}: ${has}, because ${because(winner, loser)}.`
  return `${sold}: ${has}, and that is final, though this order has the better claim: ${because(loser, winner)}.`
}
