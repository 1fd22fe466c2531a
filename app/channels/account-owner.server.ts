import { groupSize, joinGroup, tryLock, unlock } from '../kernel/advisory-lock.ts'
import type { Clock, Random } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { inTurn, keepSession, pause } from '../kernel/session.server.ts'
import type { Sql } from '../kernel/sql.ts'

export type OwnershipOptions = {
  connectionString: string
  /** The ids of all accounts that somebody should own now. One that is gone from the list is let go. */
  listAccounts: () => Promise<string[]>
  /**
   * Called when this process has become the owner. What it does for the account it does until `signal` aborts, and
   * it returns when that has stopped: only then may another process own the account. If it throws, the account is
   * let go and tried again.
   */
  onOwn: (account: string, signal: AbortSignal) => Promise<void>
  /** Called when the account is no longer owned here, and all that was done for it has stopped. */
  onLost?: (account: string) => void
  /** How often to look for accounts that nobody owns, in milliseconds (2,000 when left out). */
  retryMs?: number
  clock: Clock
  random: Random
  log: Log
}

export type Ownership = {
  /** The accounts that this process owns now. */
  owned(): string[]
  /** Lets all go, once what is done for them has stopped. */
  stop(): Promise<void>
}

const RETRY_MS = 2_000
const OWNERS = 'account-owners'
const accountLock = (account: string) => `account:${account}`

/** An account owned here; `stop` is aborted once it is to be let go. */
type Tenure = { stop: AbortController; ended: Promise<void> }
type Office = OwnershipOptions & { tenures: Map<string, Tenure>; session: Sql; ended: AbortSignal }

/**
 * Owns channel accounts, each in one process only, by locks that PostgreSQL lets go when a process dies: another
 * owns them at its next look. Each process owns its share, all accounts divided by the processes that are there.
 */
export function ownAccounts(options: OwnershipOptions): Ownership {
  const { clock, listAccounts, retryMs = RETRY_MS } = options
  const tenures = new Map<string, Tenure>()
  const { close } = keepSession({
    ...options,
    name: 'vitrine account owner',
    async use(client, ended) {
      const session = inTurn(client)
      const office = { ...options, tenures, session, ended }
      // A list that does not come must not keep the work of an owner going that is none any more.
      const list = () => Promise.race([listAccounts(), aborted(ended).then(() => [])])
      try {
        // Only who can tell the accounts may count as an owner: the others leave a share to it.
        let accounts = await list()
        await joinGroup(session, OWNERS)
        while (!ended.aborted) {
          await look(office, accounts)
          await pause(clock, retryMs, ended)
          accounts = await list()
        }
      } finally {
        for (const { stop } of tenures.values()) stop.abort(new Error('This process owns no accounts any more'))
        await Promise.all([...tenures.values()].map((tenure) => tenure.ended))
      }
    },
  })
  return { owned: () => [...serving(tenures).keys()], stop: close }
}

const serving = (tenures: Map<string, Tenure>) =>
  new Map([...tenures].filter(([, tenure]) => !tenure.stop.signal.aborted))

/** Lets go what is gone or too much, and takes what is free, up to this process's share. */
async function look(office: Office, accounts: string[]): Promise<void> {
  const { random, session, tenures } = office
  const owners = await groupSize(session, OWNERS)
  const share = Math.ceil(accounts.length / Math.max(owners, 1))
  for (const [account, { stop }] of serving(tenures)) {
    if (!accounts.includes(account)) stop.abort(new Error("The account is nobody's any more"))
  }
  for (const { stop } of [...serving(tenures).values()].slice(share)) {
    stop.abort(new Error('Another process takes the account over'))
  }
  for (const account of shuffled(
    accounts.filter((account) => !tenures.has(account)),
    random,
  )) {
    if (serving(tenures).size >= share) return
    if (await tryLock(session, accountLock(account))) serve(office, account)
  }
}

function serve(office: Office, account: string): void {
  const { ended, log, onLost, onOwn, session, tenures } = office
  const stop = new AbortController()
  const { signal } = stop
  const term = async () => {
    try {
      await onOwn(account, signal)
      await aborted(signal)
    } catch (error) {
      log.error({ err: error, account }, 'Work for an account failed; the account is let go, and taken again.')
    }
    // With the session the lock goes by itself.
    if (!ended.aborted) await unlock(session, accountLock(account)).catch(() => {})
    tenures.delete(account)
    onLost?.(account)
  }
  // Starts a moment later, when the tenure is in the books.
  tenures.set(account, { stop, ended: Promise.resolve().then(term) })
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** In random order, so that processes that start together do not all ask for the same one first. */
function shuffled<T>(things: readonly T[], random: Random): T[] {
  return things
    .map((thing) => ({ thing, place: random() }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ thing }) => thing)
}
