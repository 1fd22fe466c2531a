import { ownAccounts } from '#app/channels/account-owner.server.ts'
import { systemClock, systemRandom } from '#app/kernel/system-clock.server.ts'
import { keptLog } from '#test/support/kept-log.ts'

// An owner of accounts in a process of its own, which says what it owns: it is there to be killed.

const [connectionString = '', ...accounts] = process.argv.slice(2)
const say = (line: string) => process.stdout.write(`${line}\n`)

ownAccounts({
  connectionString,
  listAccounts: () => Promise.resolve(accounts),
  onOwn(account, signal) {
    say(`owns ${account}`)
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
  },
  onLost: (account) => say(`lost ${account}`),
  retryMs: 500,
  clock: systemClock,
  random: systemRandom,
  log: keptLog(),
})
