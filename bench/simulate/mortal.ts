import type pg from 'pg'
import type { Random } from '#app/kernel/clock.ts'
import type { RunTransaction, Sql, Statement } from '#app/kernel/sql.ts'
import type { Mortal } from '../road.ts'
import type { DurableFacts } from './durable-facts.ts'

/** The process is dead: nothing that it still asks for is done. */
export class Died extends Error {
  override name = 'Died'
}

/** Two sessions: what is asked on one is asked in order, so that the same seed always asks the same. */
export type Sessions = { plain: pg.ClientBase; own: pg.ClientBase }

export type MortalOptions = {
  sessions: Sessions
  facts: DurableFacts
  random: Random
  /** told of every statement before it is run; may give another in its place, to break the app on purpose */
  rewrite?: (statement: Statement) => Statement
  /** told of every statement that was run */
  seen: (statement: Statement) => void
}

/** `left`: statements until the process dies; `done`: the last is carried out and only its answer is lost. */
export type Fuse = { left: number; done: boolean }

export type MortalProcess = Mortal & {
  light(fuse: Fuse): void
  /** It dies now, wherever it is. */
  kill(): void
  alive(): boolean
}

/**
 * A process that can die at any statement: the transaction it was in is rolled back, or committed without its ever
 * knowing. Its successor begins with the rows and the facts that outlive it.
 */
export function openMortal(options: MortalOptions): MortalProcess {
  const { sessions, facts, random, rewrite = (statement) => statement, seen } = options
  const life: { dead: boolean; fuse: Fuse | undefined } = { dead: false, fuse: undefined }
  const ask: Ask = async (session, statement, done = () => {}) => {
    if (life.dead) throw new Died('The process is dead.')
    const dies = burn(life)
    if (dies && !dies.done) throw new Died('The process died.')
    const answer = await session.query(rewrite(statement))
    seen(statement)
    done()
    if (dies) throw new Died('The process died before it had the answer.')
    return answer
  }
  const [plainly, inTurn] = [oneAtATime(), oneAtATime()]
  const db = { query: (statement: Statement) => plainly(() => ask(sessions.plain, statement)) } as Sql
  const run: RunTransaction = (work) =>
    inTurn(async () => {
      const step = oneAtATime()
      const tx = { query: (statement: Statement) => step(() => ask(sessions.own, statement)) } as Sql
      return inTransaction({ tx, sessions, facts, ask }, work)
    })
  return {
    db,
    run,
    random,
    keeping: (outbox) => facts.keeping(outbox),
    around: (handlers) => facts.around(handlers),
    light: (fuse) => void (life.fuse = fuse),
    kill: () => void (life.dead = true),
    alive: () => !life.dead,
  }
}

function burn(life: { dead: boolean; fuse: Fuse | undefined }): Fuse | undefined {
  const { fuse } = life
  if (!fuse || (fuse.left -= 1) > 0) return undefined
  life.dead = true
  return fuse
}

type Ask = (session: pg.ClientBase, statement: Statement, done?: () => void) => Promise<unknown>
type Asking = Pick<MortalOptions, 'sessions' | 'facts'> & { tx: Sql; ask: Ask }

async function inTransaction<T>({ tx, sessions, facts, ask }: Asking, work: (tx: Sql) => Promise<T>): Promise<T> {
  await sessions.own.query('BEGIN')
  let isOpen = true
  try {
    const result = await work(tx)
    await ask(sessions.own, { text: 'COMMIT' }, () => {
      isOpen = false
      facts.committed(tx)
    })
    return result
  } catch (error) {
    if (isOpen) await sessions.own.query('ROLLBACK')
    throw error
  }
}

/** Runs what it is given one after the other. */
function oneAtATime() {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(work: () => Promise<T>): Promise<T> => {
    const next = last.then(work, work)
    last = next.catch(() => {})
    return next
  }
}
