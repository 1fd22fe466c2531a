import { z } from 'zod'
import type { AnyDecision, Deciding } from '#app/decide/decision.server.ts'

/** Carries out one of these decisions as its form tells it, as the pages' action does once a person is known. */
export async function decideAs(
  decisions: Record<string, AnyDecision>,
  form: Record<string, unknown>,
  who: Deciding,
): Promise<Awaited<ReturnType<AnyDecision['carryOut']>>> {
  const asked = decisions[String(form['decision'])]
  if (!asked) throw new Error(`There is no decision ${String(form['decision'])}.`)
  const text = Object.fromEntries(
    Object.entries(form).map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]),
  )
  return asked.carryOut(z.object(asked.shape).parse(text) as never, who)
}
