import type pg from 'pg'
import { transaction } from '#app/db.server.ts'
import { isRefusal, type Refusal } from '#app/kernel/refusal.ts'
import type { Sql } from '#app/kernel/sql.ts'

/** Does something in one transaction, as `act` does: nothing stays of what is refused. */
export async function attempt<T>(db: pg.Pool, work: (tx: Sql) => Promise<Refusal | T>): Promise<Refusal | T> {
  let refusal: Refusal | undefined
  try {
    return await transaction(db, async (tx) => {
      const answer = await work(tx)
      if (isRefusal(answer)) {
        refusal = answer
        throw new Error(answer.sentence)
      }
      return answer
    })
  } catch (thrown) {
    if (refusal) return refusal
    throw thrown
  }
}

/** The code of what it was refused for; 'done' when it was not. */
export async function codeOf(answer: Promise<unknown>): Promise<string> {
  const given = await answer
  return isRefusal(given) ? given.code : 'done'
}
