import type { Clock } from './kernel/clock.ts'
import type { Log } from './kernel/log.ts'
import { keepSession } from './kernel/session.server.ts'
import { CHANGED_CHANNEL, type STOCK_CHANNEL } from './sync/wake.server.ts'

/** Who wants to know that something of a merchant's has changed. */
export interface Changes {
  /** Calls `tell` after each change of the merchant's, and whenever one may have been missed. Returns how to stop. */
  subscribe(merchantId: number, tell: () => void): () => void
  close(): Promise<void>
}

/**
 * Listens for changes on one session for the whole process, whoever made them: another web process, the worker. It is
 * opened with the first subscriber and again when it is lost; then everybody is told, because what happened between is
 * not known.
 */
export function listenForChanges(options: {
  connectionString: string
  clock: Clock
  log: Log
  /** which channel of the database: what pages show (when left out), or what publishers must know */
  channel?: typeof CHANGED_CHANNEL | typeof STOCK_CHANNEL
}): Changes {
  const { channel = CHANGED_CHANNEL } = options
  const subscribers = new Map<number, Set<() => void>>()
  const tell = (those: Iterable<Set<() => void>>) => {
    for (const some of those) for (const one of some) one()
  }
  const told = (payload: string | undefined) => tell([subscribers.get(Number(payload)) ?? new Set()])
  let session: { close(): Promise<void> } | undefined
  const open = () =>
    keepSession({
      ...options,
      name: `listens on ${channel}`,
      async use(client, ended) {
        client.on('notification', ({ payload }) => told(payload))
        await client.query(`LISTEN ${channel}`)
        tell(subscribers.values())
        await end(ended)
      },
    })
  return {
    subscribe(merchantId, tellOne) {
      session ??= open()
      const those = subscribers.get(merchantId) ?? new Set()
      subscribers.set(merchantId, those.add(tellOne))
      return () => {
        those.delete(tellOne)
        if (those.size === 0 && subscribers.get(merchantId) === those) subscribers.delete(merchantId)
      }
    },
    close: () => session?.close() ?? Promise.resolve(),
  }
}

const end = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
