import { z } from 'zod'
import { csvLine } from './kernel/csv.ts'
import type { Sql } from './kernel/sql.ts'
import { type Actors, actorsOf } from './merchant/actor.server.ts'
import { type AuditFilter, auditPages, type AuditRow } from './pool/audit.server.ts'

const HEADINGS = [
  'Movement',
  'Recorded at (UTC)',
  'Happened at (UTC)',
  'Who',
  'Who (code)',
  'From where',
  'Why',
  'In their words',
  'Cause',
  'Order',
  'SKU',
  'Item',
  'Pieces',
  'From place',
  'From state',
  'To place',
  'To state',
  'Change',
]

/**
 * The ledger as CSV: who moved what, when, why and from where. Names are looked up now, in the tables they can be erased
 * from. Comes in pieces, as fast as it is read.
 */
export async function* auditCsv(db: Sql, merchantId: number, filter: AuditFilter): AsyncGenerator<string> {
  const actors = await actorsOf(db, merchantId)
  yield csvLine(HEADINGS)
  for await (const rows of auditPages(db, merchantId, filter)) yield rows.map((row) => lineOf(row, actors)).join('')
}

const lineOf = (row: AuditRow, actors: Actors): string =>
  csvLine([
    row.id,
    row.recordedAt.toISOString(),
    row.occurredAt.toISOString(),
    actors[row.actor] ?? row.actor,
    row.actor,
    row.origin ?? row.actor,
    row.reason,
    row.remark,
    row.cause,
    row.order,
    row.sku,
    row.item,
    row.quantity,
    row.fromPlace,
    row.fromState,
    row.toPlace,
    row.toState,
    row.key,
  ])

// A day as a person writes it, in UTC; what cannot be understood is not asked for.
const day = z.iso.date().transform((text) => new Date(`${text}T00:00:00Z`))

const asked = z.object({
  from: day.optional(),
  /** the last day that is in it */
  to: day.transform((date) => new Date(date.getTime() + 86_400_000)).optional(),
  item: z.coerce
    .number()
    .int()
    .positive()
    .max(2 ** 31 - 1)
    .optional(),
  who: z
    .string()
    .regex(/^(app|(person|channel|rule)\/\d{1,9})$/)
    .optional(),
})

/** Reads what an export is asked for. Null when it cannot be understood: an export of something else would mislead. */
export function readAuditFilter(params: Record<string, string>): AuditFilter | null {
  const given = Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ''))
  const read = asked.safeParse(given)
  if (!read.success) return null
  const { from, to, item, who } = read.data
  return { ...(from && { from }), ...(to && { until: to }), ...(item && { itemId: item }), ...(who && { actor: who }) }
}
