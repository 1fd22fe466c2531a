/** A statement with its values; one with a name is prepared once per connection. */
export type Statement = { name?: string; text: string; values?: unknown[] }

/** Whatever can be asked a question in SQL: a pool, or one connection inside a transaction. */
export interface Sql {
  query<Row extends object>(statement: Statement): Promise<{ rows: Row[]; rowCount: number | null }>
}

/** Runs `work` in one transaction: settles once it is committed, or throws, and then nothing of it was kept. */
export type RunTransaction = <T>(work: (tx: Sql) => Promise<T>) => Promise<T>
