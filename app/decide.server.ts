import { z } from 'zod'
import { API_KEY_DECISIONS } from './decide/api-keys.server.ts'
import { BOOKS_DECISIONS } from './decide/books.server.ts'
import { BULK_DECISIONS } from './decide/bulk.server.ts'
import { CHANNEL_DECISIONS } from './decide/channels.server.ts'
import { HANDLING_DECISIONS } from './decide/handling.server.ts'
import { HOLD_DECISIONS } from './decide/holds.server.ts'
import { ORDER_DECISIONS } from './decide/orders.server.ts'
import { PLACE_DECISIONS } from './decide/places.server.ts'
import { RECEIVING_DECISIONS } from './decide/receiving.server.ts'
import { RULE_DECISIONS } from './decide/rules.server.ts'
import { THING_DECISIONS } from './decide/things.server.ts'
import { aboutOf, noting } from './decide/note-decision.server.ts'
import type { Answer, AnyDecision, Deciding } from './decide/decision.server.ts'
import { isRefusal, refuse, type Refusal } from './kernel/refusal.ts'
import { notAllowed } from './merchant/role.ts'
import type { JsonValue } from './queue/fact.ts'

/** Everything a person can decide, by name: the form's field `decision`. */
export const DECISIONS: Record<string, AnyDecision> = {
  ...CHANNEL_DECISIONS,
  ...HOLD_DECISIONS,
  ...API_KEY_DECISIONS,
  ...THING_DECISIONS,
  ...BOOKS_DECISIONS,
  ...BULK_DECISIONS,
  ...RULE_DECISIONS,
  ...PLACE_DECISIONS,
  ...HANDLING_DECISIONS,
  ...RECEIVING_DECISIONS,
  ...ORDER_DECISIONS,
}

/** What a person is answered: no refusal when it was done; `said` where there is something to look at. */
export type Decided = { refusal: Refusal | null; said?: JsonValue }

/**
 * Carries out one decision as its form tells it, and notes that it was carried out, by whom and from where. Whatever
 * the form says: what cannot be understood is refused.
 */
export async function carryOut(form: Record<string, unknown>, who: Deciding): Promise<Decided> {
  const name = form['decision']
  const asked = typeof name === 'string' && Object.hasOwn(DECISIONS, name) ? DECISIONS[name] : undefined
  if (!asked) return { refusal: refuse('unclear', 'There is nothing of that name to decide.') }
  const refused = notAllowed(who.role, asked.needs)
  if (refused) return { refusal: refused }
  if (Object.values(form).some(isNoText)) return { refusal: refuse('unclear', 'The form holds what is not text.') }
  const read = z.object(asked.shape).safeParse(form)
  if (!read.success) return { refusal: refuse('unclear', whatIsWrong(read.error)) }
  if (asked.looks) return decidedBy(await asked.carryOut(read.data as never, who))
  const noted = noting(who, { decision: String(name), about: aboutOf(asked.shape, read.data) })
  const answer = await asked.carryOut(read.data as never, noted.who)
  if (!isRefusal(answer)) await noted.finish()
  return decidedBy(answer)
}

const decidedBy = (answer: Refusal | Answer): Decided =>
  isRefusal(answer) ? { refusal: answer } : { refusal: null, ...answer }

// PostgreSQL keeps no text with a zero character in it.
const isNoText = (value: unknown): boolean => typeof value === 'string' && value.includes('\0')

const SHOWN = 3

const whatIsWrong = ({ issues }: z.ZodError): string =>
  `Please look at ${issues
    .slice(0, SHOWN)
    .map(({ path, message }) => `${path.join('.') || 'the form'} (${message})`)
    .join(', ')}.`
