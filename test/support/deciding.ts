import { z } from 'zod'
import type { AnyDecision, Deciding } from '#app/decide/decision.server.ts'
import { present } from '#app/kernel/assert.ts'
import { isRefusal, refuse, type Refusal } from '#app/kernel/refusal.ts'
import { notAllowed } from '#app/merchant/role.ts'
import type { JsonValue } from '#app/queue/fact.ts'

export type Form = Record<string, string | number>
export type Decided = { refusal: Refusal | null; said?: JsonValue }

/** What a form that names one of these decisions is answered, as the pages' action does it, without a request. */
export async function decideBy(decisions: Record<string, AnyDecision>, form: Form, who: Deciding): Promise<Decided> {
  const texts = Object.fromEntries(Object.entries(form).map(([name, value]) => [name, String(value)]))
  const asked = present(decisions[texts['decision'] ?? ''], 'the decision')
  const refused = notAllowed(who.role, asked.needs)
  if (refused) return { refusal: refused }
  const read = z.object(asked.shape).safeParse(texts)
  if (!read.success) return { refusal: refuse('unclear', read.error.message) }
  const answer = await asked.carryOut(read.data as never, who)
  return isRefusal(answer) ? { refusal: answer } : { refusal: null, ...answer }
}
