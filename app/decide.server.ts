import { z } from 'zod'
import { CHANNEL_DECISIONS } from './decide/channels.server.ts'
import type { AnyDecision, Deciding } from './decide/decision.server.ts'
import { ORDER_DECISIONS } from './decide/orders.server.ts'
import { isRefusal, refuse, type Refusal } from './kernel/refusal.ts'
import { notAllowed } from './merchant/role.ts'
import type { JsonValue } from './queue/fact.ts'
import { actorOf, visit } from './visit.server.ts'
import { sync } from './web-resources.server.ts'

/** Everything a person can decide, by name: the form's field `decision`. */
export const DECISIONS: Record<string, AnyDecision> = { ...CHANNEL_DECISIONS, ...ORDER_DECISIONS }

/** What a person is answered: no refusal when it was done; `said` where there is something to look at. */
export type Decided = { refusal: Refusal | null; said?: JsonValue }

/** The action of every page: what a person decided, if they may and it can still be decided. */
export async function decide(request: Request): Promise<Decided> {
  const { merchant, person, ...visiting } = await visit(request)
  const who = { sync, merchantId: merchant.id, actor: actorOf({ merchant, person, ...visiting }), role: person.role }
  return carryOut(Object.fromEntries(await request.formData()), who)
}

/** Carries out one decision as its form tells it. */
export async function carryOut(form: Record<string, unknown>, who: Deciding): Promise<Decided> {
  const name = String(form['decision'])
  const asked = Object.hasOwn(DECISIONS, name) ? DECISIONS[name] : undefined
  if (!asked) return { refusal: refuse('unclear', 'There is nothing of that name to decide.') }
  const refused = notAllowed(who.role, asked.needs)
  if (refused) return { refusal: refused }
  const read = z.object(asked.shape).safeParse(form)
  if (!read.success) return { refusal: refuse('unclear', whatIsWrong(read.error)) }
  const answer = await asked.carryOut(read.data as never, who)
  if (isRefusal(answer)) return { refusal: answer }
  return { refusal: null, ...answer }
}

const SHOWN = 3

const whatIsWrong = ({ issues }: z.ZodError): string =>
  `Please look at ${issues
    .slice(0, SHOWN)
    .map(({ path, message }) => `${path.join('.') || 'the form'} (${message})`)
    .join(', ')}.`
