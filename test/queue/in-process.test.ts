import type { Sql } from '#app/kernel/sql.ts'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { inProcessQueue, type InProcessQueue } from '#app/queue/in-process.ts'
import { queueContract } from './contract.ts'

const START = new Date('2026-11-23T09:00:00Z')

const someSql = (): Sql => ({ query: () => Promise.reject(new Error('There is no database here.')) })

queueContract('in one process on a virtual clock', () => {
  const clock = new VirtualClock(START)
  let queue: InProcessQueue
  return Promise.resolve({
    outbox: { record: (tx, facts) => queue.outbox.record(tx, facts) },
    transaction: (work) => queue.bind((run) => run(someSql()))(work),
    start(handlers, onGiveUp) {
      queue = inProcessQueue({ handlers, clock, onGiveUp, backoffMs: () => 20 })
      return Promise.resolve()
    },
    now: () => clock.now(),
    async until(done) {
      let over = false
      void done.finally(() => (over = true))
      for (let next = clock.next(); next && !over; next = clock.next()) {
        await clock.runTo(next)
        await Promise.resolve()
      }
      return done
    },
    close: () => Promise.resolve(),
  })
})
