import type { Sql } from '../kernel/sql.ts'
import { because, byClaim } from './claim.ts'
import { claimantsOf, type ClaimRow } from './claim-rows.server.ts'

/** An order that wants a one-of-one piece or has it, as a page shows it. */
export type ClaimView = {
  lineId: number
  order: string
  account: string
  paidAt: Date | null
  placedAt: Date
  has: boolean
  /** it has it for good */
  isFinal: boolean
  /** until when another may take it over; null when it does not have it, or for good */
  finalAt: Date | null
  /** why the one that has it comes before this one; null for that one itself */
  why: string | null
}

/** The claims on a one-of-one piece, the best first. Of any other item there are none. */
export async function claimsOn(db: Sql, merchantId: number, of: { itemId: number; at: Date }): Promise<ClaimView[]> {
  const rows = (await claimantsOf(db, merchantId, of.itemId)).toSorted(byClaim)
  const holder = rows.find(({ reserved }) => reserved > 0) ?? rows.find(({ settledBy }) => settledBy === 'shipped')
  return rows.map((row) => viewOf(row, { holder, at: of.at }))
}

function viewOf(row: ClaimRow, { holder, at }: { holder: ClaimRow | undefined; at: Date }): ClaimView {
  const { lineId, orderName: order, account, paidAt, placedAt, finalAt, settledAt } = row
  const has = row === holder
  const isFinal = has && (settledAt !== null || (finalAt !== null && finalAt <= at))
  const why = holder && !has ? whyNot(row, holder) : null
  return { lineId, order, account, paidAt, placedAt, has, isFinal, finalAt: has && !isFinal ? finalAt : null, why }
}

const whyNot = (row: ClaimRow, holder: ClaimRow) =>
  byClaim(holder, row) < 0
    ? `Order ${holder.orderName} has it: ${because(holder, row)}.`
    : `Order ${holder.orderName} has it for good, though this one comes first: ${because(row, holder)}.`
