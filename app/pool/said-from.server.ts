import type { RunTransaction } from '../kernel/sql.ts'

/**
 * Transactions that say from where they come (pool/origin.ts): every movement written in one of them carries it, however
 * deep inside it is written. It ends with the transaction.
 */
export const saidFrom =
  (inTransaction: RunTransaction, origin: string): RunTransaction =>
  (work) =>
    inTransaction(async (tx) => {
      const text = `SELECT set_config('vitrine.origin', $1, true)`
      await tx.query({ name: 'said-from', text, values: [origin] })
      return work(tx)
    })
