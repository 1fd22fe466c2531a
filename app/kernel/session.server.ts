import pg from 'pg'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import type { Sql, Statement } from './sql.ts'

/** What a kept session is for, and how it is kept. */
export type SessionUse = {
  connectionString: string
  /** Shown by PostgreSQL's list of sessions. */
  name: string
  /**
   * Called with each new session. It works until `ended` aborts (the session is lost, or is being closed), and
   * returns when all it did under the session's locks has stopped. If it throws, the session is given up.
   */
  use: (session: pg.Client, ended: AbortSignal) => Promise<void>
  clock: Clock
  log: Log
}

const RECONNECT_MS = 500
// A server that does not answer for this long is as good as gone.
const ANSWER_MS = 5_000

// Without it PostgreSQL notices a machine that lost its power only after two hours, and keeps its locks as long.
const NOTICE_A_DEAD_PEER = 'SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3'

/**
 * Keeps one PostgreSQL session open for what lives and dies with it (advisory locks): opened anew, half a second
 * later, whenever it is lost. Returns how to close it, which waits for `use` to end.
 */
export function keepSession(options: SessionUse): { close: () => Promise<void> } {
  const closing = new AbortController()
  const kept = (async () => {
    while (!closing.signal.aborted) {
      await oneSession(options, closing.signal)
      await pause(options.clock, RECONNECT_MS, closing.signal)
    }
  })()
  return {
    close() {
      closing.abort(new Error('The session is being closed'))
      return kept
    },
  }
}

async function oneSession({ connectionString, name, use, log }: SessionUse, closing: AbortSignal): Promise<void> {
  const client = new pg.Client({ connectionString, application_name: name, query_timeout: ANSWER_MS, keepAlive: true })
  const lost = new AbortController()
  client.on('error', (error) => lost.abort(error))
  client.on('end', () => lost.abort(new Error('The session has ended')))
  try {
    await client.connect()
    await client.query(NOTICE_A_DEAD_PEER)
    await use(client, AbortSignal.any([lost.signal, closing]))
  } catch (error) {
    log.warn({ err: error, session: name }, 'A database session has failed; another is opened.')
  }
  // The locks go with the session, and only now: all that was done under them has stopped.
  await client.end().catch(() => {})
}

/** The session for many who do not know of each other: one connection answers one question at a time. */
export function inTurn(session: Sql): Sql {
  let last: Promise<unknown> = Promise.resolve()
  return {
    query<Row extends object>(statement: Statement) {
      const answer = last.then(() => session.query<Row>(statement))
      last = answer.catch(() => {})
      return answer
    },
  }
}

/** Waits `ms` milliseconds, or less if `signal` aborts. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      callOff()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const callOff = clock.after(ms, done)
    signal.addEventListener('abort', done)
  })
}
