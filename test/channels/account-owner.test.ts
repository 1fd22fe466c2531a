import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ownAccounts, type Ownership, type OwnershipOptions } from '#app/channels/account-owner.server.ts'
import { systemClock, systemRandom } from '#app/kernel/system-clock.server.ts'
import { startChild } from '#test/support/child.ts'
import { freshDatabase, type FreshDatabase } from '#test/support/database.ts'
import { keptLog } from '#test/support/kept-log.ts'

const OWNER = fileURLToPath(new URL('./owner-process.ts', import.meta.url))
const SOON = { timeout: 8_000, interval: 20 }

let database: FreshDatabase
let owners: Ownership[]
beforeEach(async () => {
  database = await freshDatabase()
  owners = []
})
afterEach(async () => {
  await Promise.all(owners.map((owner) => owner.stop()))
  await database.drop()
})

/** Who works for which account, as seen by the work itself. */
function workplace() {
  const working = new Map<string, string>()
  const clashes: string[] = []
  const work = (who: string) => (account: string, signal: AbortSignal) => {
    if (working.has(account)) clashes.push(account)
    working.set(account, who)
    return new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        working.delete(account)
        resolve()
      })
    })
  }
  const of = (who: string) => [...working].filter(([, owner]) => owner === who).map(([account]) => account)
  return { working, clashes, work, of }
}

function start(accounts: string[], more: Pick<OwnershipOptions, 'onOwn'> & Partial<OwnershipOptions>) {
  const log = keptLog()
  const owner = ownAccounts({
    connectionString: database.url,
    listAccounts: () => Promise.resolve(accounts),
    retryMs: 40,
    clock: systemClock,
    random: systemRandom,
    log,
    ...more,
  })
  owners.push(owner)
  return { ...owner, log }
}

const loseSessions = () =>
  database.pool.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = 'vitrine account owner' AND datname = current_database()`)

const accounts = (n: number) => Array.from({ length: n }, (_, i) => `A-${i + 1}`)

describe('An account', () => {
  test('is owned by one process of many, and all accounts are shared out', async () => {
    const { working, clashes, work, of } = workplace()
    start(accounts(9), { onOwn: work('first') })
    await vi.waitFor(() => expect(of('first')).toHaveLength(9), SOON)
    start(accounts(9), { onOwn: work('second') })
    start(accounts(9), { onOwn: work('third') })
    await vi.waitFor(() => {
      expect([of('first').length, of('second').length, of('third').length]).toEqual([3, 3, 3])
    }, SOON)
    expect([...working.keys()].toSorted()).toEqual(accounts(9).toSorted())
    expect(clashes).toEqual([])
  })

  test('is not taken from its owner when there are more processes than accounts', async () => {
    const { work, of, clashes } = workplace()
    start(['A-1'], { onOwn: work('first') })
    await vi.waitFor(() => expect(of('first')).toEqual(['A-1']), SOON)
    const seen: string[] = []
    const second = start(['A-1'], {
      onOwn: work('second'),
      listAccounts: () => Promise.resolve((seen.push('looked'), ['A-1'])),
    })
    await vi.waitFor(() => expect(seen.length).toBeGreaterThan(3), SOON)
    expect(second.owned()).toEqual([])
    expect(of('first')).toEqual(['A-1'])
    await owners[0]!.stop()
    await vi.waitFor(() => expect(second.owned()).toEqual(['A-1']), SOON)
    expect(clashes).toEqual([])
    owners.shift()
  })

  test('is let go only when the work for it has stopped', async () => {
    const { work, working } = workplace()
    const finish = Promise.withResolvers<void>()
    const stopping = Promise.withResolvers<void>()
    const first = start(['A-1'], {
      async onOwn(_, signal) {
        signal.addEventListener('abort', () => stopping.resolve())
        working.set('A-1', 'first')
        await finish.promise
        working.delete('A-1')
      },
    })
    await vi.waitFor(() => expect(working.get('A-1')).toBe('first'), SOON)
    const looks: string[] = []
    start(['A-1'], { onOwn: work('second'), listAccounts: () => Promise.resolve((looks.push('looked'), ['A-1'])) })
    const stopped = first.stop()
    await stopping.promise
    const before = looks.length
    await vi.waitFor(() => expect(looks.length).toBeGreaterThan(before + 2), SOON)
    expect(working.get('A-1')).toBe('first')
    finish.resolve()
    await stopped
    await vi.waitFor(() => expect(working.get('A-1')).toBe('second'), SOON)
    owners.shift()
  })

  test('that is gone from the list is let go, and a new one is taken', async () => {
    const { work, of } = workplace()
    const list = ['A-1', 'A-2']
    const lost: string[] = []
    start(list, { onOwn: work('first'), onLost: (account) => void lost.push(account) })
    await vi.waitFor(() => expect(of('first').toSorted()).toEqual(['A-1', 'A-2']), SOON)
    list.splice(0, 1, 'A-3')
    await vi.waitFor(() => expect(of('first').toSorted()).toEqual(['A-2', 'A-3']), SOON)
    expect(lost).toEqual(['A-1'])
  })

  test('whose work fails is tried again, and the failure is told', async () => {
    let tries = 0
    const { log } = start(['A-1'], {
      onOwn: (_, signal) => {
        if (++tries === 1) return Promise.reject(new Error('The token is missing.'))
        return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
      },
    })
    await vi.waitFor(() => expect(tries).toBe(2), SOON)
    expect(log.said).toMatchObject([{ level: 'error', fields: { account: 'A-1' } }])
  })

  test('is given up at once by a process that loses its session, which then comes back', async () => {
    const { work, working, clashes } = workplace()
    const lost: string[] = []
    const taken: string[] = []
    start(['A-1'], {
      onOwn: (account, signal) => (taken.push(account), work('first')(account, signal)),
      onLost: (account) => void lost.push(account),
    })
    await vi.waitFor(() => expect(working.get('A-1')).toBe('first'), SOON)
    await loseSessions()
    await vi.waitFor(() => expect(lost).toEqual(['A-1']), SOON)
    await vi.waitFor(() => expect(taken).toEqual(['A-1', 'A-1']), SOON)
    expect(working.get('A-1')).toBe('first')
    expect(clashes).toEqual([])
  })

  test('is given up as fast while the list of accounts does not come', async () => {
    const { work, working } = workplace()
    const lists = [Promise.resolve(['A-1']), new Promise<string[]>(() => {}), Promise.resolve(['A-1'])]
    const asked: number[] = []
    const lost: string[] = []
    start(['A-1'], {
      onOwn: work('first'),
      onLost: (account) => void lost.push(account),
      listAccounts: () => lists[asked.push(asked.length) - 1] ?? Promise.resolve(['A-1']),
    })
    await vi.waitFor(() => expect(asked).toHaveLength(2), SOON)
    expect(working.get('A-1')).toBe('first')
    await loseSessions()
    await vi.waitFor(() => expect(lost).toEqual(['A-1']), SOON)
    await vi.waitFor(() => expect(working.get('A-1')).toBe('first'), SOON)
  })

  test('is left to others by a process that cannot tell which accounts there are', async () => {
    const { work, of } = workplace()
    const failing = start([], { onOwn: work('blind'), listAccounts: () => Promise.reject(new Error('No such table.')) })
    await vi.waitFor(() => expect(failing.log.said.length).toBeGreaterThan(0), SOON)
    start(accounts(4), { onOwn: work('seeing') })
    await vi.waitFor(() => expect(of('seeing')).toHaveLength(4), SOON)
  })
})

describe('When the owner of accounts is killed (kill -9)', () => {
  test('another process owns them within ten seconds', async () => {
    const doomed = startChild(OWNER, [database.url, ...accounts(4)])
    for (const account of accounts(4)) await doomed.line(`owns ${account}`)
    const heir = startChild(OWNER, [database.url, ...accounts(4)])
    const first = [await heir.line('owns'), await heir.line('owns')]
    const handedOver = [await doomed.line('lost'), await doomed.line('lost')]
    expect(handedOver.map((line) => line.slice(5)).toSorted()).toEqual(first.map((line) => line.slice(5)).toSorted())

    const killed = performance.now()
    await doomed.kill()
    const second = [await heir.line('owns'), await heir.line('owns')]
    expect(performance.now() - killed).toBeLessThan(5_000)
    expect([...first, ...second].toSorted()).toEqual(accounts(4).map((account) => `owns ${account}`))
    await heir.kill()
  })
})
