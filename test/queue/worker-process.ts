import { systemClock } from '#app/kernel/system-clock.server.ts'
import { startGraphileWorker } from '#app/queue/graphile.server.ts'
import { keptLog } from '#test/support/kept-log.ts'

// A worker in a process of its own that takes one piece of work and never comes to its end: it is there to be killed.

const [connectionString = ''] = process.argv.slice(2)
const say = (line: string) => process.stdout.write(`${line}\n`)

await startGraphileWorker<{ 'ring-sized': { ring: string } }>({
  connectionString,
  handlers: {
    'ring-sized'({ ring }) {
      say(`begun ${ring}`)
      return new Promise(() => {})
    },
  },
  concurrency: 2,
  onGiveUp: () => {},
  clock: systemClock,
  log: keptLog(),
})
say('ready')
