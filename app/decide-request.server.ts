import { carryOut, type Decided } from './decide.server.ts'
import { refuse } from './kernel/refusal.ts'
import { originOfPage } from './pool/origin.ts'
import { saidFrom } from './pool/said-from.server.ts'
import { actorOf, visit } from './visit.server.ts'
import { sync } from './web-resources.server.ts'

/** The action of every page: what a person decided, if they may and it can still be decided. */
export async function decide(request: Request): Promise<Decided> {
  const { merchant, person, ...visiting } = await visit(request)
  const form = await request.formData().catch(() => null)
  if (!form) return { refusal: refuse('unclear', 'What was sent is no form.') }
  const origin = originOfPage(new URL(request.url).pathname)
  return carryOut(Object.fromEntries(form), {
    sync: { ...sync, inTransaction: saidFrom(sync.inTransaction, origin) },
    merchantId: merchant.id,
    actor: actorOf({ merchant, person, ...visiting }),
    role: person.role,
  })
}
