import type { Clock } from '../kernel/clock.ts'
import type { Sql } from '../kernel/sql.ts'
import type { Outbox } from '../queue/fact.ts'

type OfAccount = { merchantId: number; accountId: number }

/** What can have happened that work must follow. Each names rows, and never carries what a row says. */
export type Facts = {
  'order-received': OfAccount & { externalId: string }
  'thing-changed': OfAccount & { externalId: string }
  'account-connected': OfAccount
  /** it is off by a person's will: our way in is to be given back */
  'account-left': OfAccount
  'preview-asked': { merchantId: number; previewId: number }
  /** it has other places than before, or they changed */
  'places-changed': OfAccount
  /** somebody asks what a mapping of this place of ours would change */
  'mapping-asked': OfAccount & { locationId: number }
  /** a mapping was changed by this person: the numbers there and ours are to be brought together */
  'place-settles': OfAccount & { externalId: string; actor: string }
}

/** What the sync works with: the database, a way to do something as one, the outbox, and the time. */
export type Sync = {
  db: Sql
  inTransaction: <T>(work: (tx: Sql) => Promise<T>) => Promise<T>
  outbox: Outbox<Facts>
  clock: Clock
}
