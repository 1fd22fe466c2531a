import { z } from 'zod'
import type { Clock } from '../kernel/clock.ts'
import { refuse, type Refusal } from '../kernel/refusal.ts'
import type { Connecting, StateSealer } from './channel.ts'

// What goes with a person to a channel's consent page and comes back in its `state`, sealed: who asked, until when, and
// what a channel's way of asking needs besides. Nothing of it is kept on our side.

/** `about`: of which channel, such as "etsy-connect". */
export type Sealing = { sealer: StateSealer; clock: Clock; about: string }

const STATE_LASTS_MS = 600_000

/** `verifier`: of PKCE, where the channel has that. */
const sealedState = z.object({
  merchantId: z.int(),
  subject: z.string(),
  verifier: z.string().optional(),
  until: z.coerce.date(),
})

export type Begun = z.infer<typeof sealedState>

/** The `state` of a connection that this person begins; it is good for ten minutes. */
export function stateFor({ sealer, clock, about }: Sealing, began: Connecting & { verifier?: string }): string {
  const until = new Date(clock.now().getTime() + STATE_LASTS_MS)
  return sealer.seal(JSON.stringify({ ...began, until }), about)
}

/**
 * Who began the connection that a `state` belongs to; null when it is not of our making. It proves nothing of who sent
 * it back: it is for leading them to the session in which `begunBy` will look again.
 */
export function whoBeganIn(sealer: StateSealer, about: string, state: string): Connecting | null {
  const begun = stateIn(sealer, about, state)
  return begun && { merchantId: begun.merchantId, subject: begun.subject }
}

function stateIn(sealer: StateSealer, about: string, state: string): Begun | null {
  const text = sealer.read(state, about)
  return text === null ? null : sealedState.parse(JSON.parse(text))
}

/** What this person began; a refusal when it was not begun here, was too long ago, or by somebody else. */
export function begunBy(
  { sealer, clock, about }: Sealing,
  who: Connecting,
  state: string | null | undefined,
): Begun | Refusal {
  const begun = state ? stateIn(sealer, about, state) : null
  if (!begun) return refuse('unknown-state', 'This connection was not started here. Start again from Channels.')
  if (begun.until < clock.now()) return refuse('too-late', 'The connection took too long. Start again from Channels.')
  if (begun.merchantId !== who.merchantId || begun.subject !== who.subject) {
    return refuse('someone-else', 'This connection was started by someone else. Start again from Channels.')
  }
  return begun
}
