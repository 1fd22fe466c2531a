import type { Clock } from '#app/kernel/clock.ts'
import type { Send } from '../in-process-world.ts'
import type { Fault, Faults } from './faults.ts'

const DOWN_FOR_MS = 90_000

/** A channel that cannot be reached for a while. */
export class Outages {
  readonly #until = new Map<string, number>()
  readonly #clock: Clock
  readonly #faults: Faults

  constructor(clock: Clock, faults: Faults) {
    this.#clock = clock
    this.#faults = faults
  }

  isDown(channel: string): boolean {
    const now = this.#clock.now().getTime()
    const faults = this.#faults
    const isDown = !faults.isQuiet && (this.#until.get(channel) ?? 0) > now
    if (!isDown && !faults.strikes('outage')) return false
    if (!isDown) this.#until.set(channel, now + faults.ms(DOWN_FOR_MS))
    faults.trouble(channel, this.#clock.now())
    return true
  }
}

/**
 * What stands between the app and a channel that is reached by HTTP: calls that fail before or after they are done, and
 * a process that died while one was under way hears no answer. Answers carry the channel's own time, in whole seconds.
 */
export function unsteady(
  channel: string,
  send: Send,
  { clock, faults, outages, alive }: { clock: Clock; faults: Faults; outages: Outages; alive: () => void },
): Send {
  const strikes = (fault: Fault) => faults.strikesAt(channel, fault, clock.now())
  return async (request) => {
    alive()
    if (outages.isDown(channel) || strikes('timeoutUndone')) throw unreachable()
    if (strikes('serverError')) return new Response('{"error":"Server Error"}', { status: 500 })
    if (strikes('throttled')) return new Response('{}', { status: 429, headers: { 'retry-after': '2' } })
    const answer = await send(request)
    alive()
    if (strikes('timeoutDone')) throw unreachable()
    const dated = new Response(answer.body, answer)
    dated.headers.set('date', clock.now().toUTCString())
    return dated
  }
}

const unreachable = () => new TypeError('fetch failed', { cause: new Error('connect ETIMEDOUT') })
