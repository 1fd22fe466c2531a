import type { z } from 'zod'
import { isRefusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import type { Deciding } from './decision.server.ts'

/** What is kept of a decision: which, and about what, without a word that a person wrote. */
export type Note = { decision: string; about: Record<string, unknown> }

/**
 * The one who decides, with transactions that note the decision: in the first one that does something for it, so that
 * what was decided and the note of it are there together or not at all. `finish`: notes it where there was none.
 */
export function noting(who: Deciding, note: Note): { who: Deciding; finish(): Promise<void> } {
  const { inTransaction } = who.sync
  let noted = false
  const noteIn: typeof inTransaction = async (work) => {
    const answer = await inTransaction(async (tx) => {
      const done = await work(tx)
      if (!noted && !isRefusal(done)) await keepNote(tx, who, note)
      return done
    })
    if (!isRefusal(answer)) noted = true
    return answer
  }
  return {
    who: { ...who, sync: { ...who.sync, inTransaction: noteIn } },
    finish: () => (noted ? Promise.resolve() : inTransaction((tx) => keepNote(tx, who, note))),
  }
}

async function keepNote(tx: Sql, { sync, merchantId, actor }: Deciding, { decision, about }: Note): Promise<void> {
  const text = `INSERT INTO decision_made (merchant_id, at, actor, origin, decision, about)
    VALUES ($1, $2, $3, NULLIF(current_setting('vitrine.origin', true), ''), $4, $5)`
  const values = [merchantId, sync.clock.now(), actor, decision, JSON.stringify(about)]
  await tx.query({ name: 'note-decision', text, values })
}

const ANY_WORD = 'Anna'
const WORD = /^[a-z][a-z_-]{0,39}$/

/**
 * Of what a form said, that which names nobody: ids, numbers, moments, and words of a closed list (a field that would
 * not take any word). The rest is kept where it can be erased, or nowhere.
 */
export function aboutOf(shape: z.ZodRawShape, given: Record<string, unknown>): Record<string, unknown> {
  const isClosed = (name: string) => shape[name] !== undefined && !isTaken(shape[name], ANY_WORD)
  const entries = Object.entries(given).flatMap(([name, value]): [string, unknown][] => {
    if (name === 'token') return []
    if (value instanceof Date) return [[name, value.toISOString()]]
    if (typeof value === 'string') return WORD.test(value) && isClosed(name) ? [[name, value]] : []
    return isNumbers(value) ? [[name, value]] : []
  })
  return Object.fromEntries(entries)
}

const isTaken = (field: z.core.$ZodType, text: string): boolean => (field as z.ZodType).safeParse(text).success

function isNumbers(value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'boolean') return true
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).every(isNumbers)
}
