import { expect, it } from 'vitest'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { runTimed, timePasses, type Timed } from '#app/sync/time-passes.server.ts'
import { keptLog } from '#test/support/kept-log.ts'
import { minutesAfterNoon } from '#test/support/orders.ts'
import { NOON } from '#test/support/shop-rows.ts'

const work = (name: string, run: () => Date | null): Timed => ({ name, run: () => Promise.resolve(run()) })

it('the earliest of what is due next is what is waited for', async () => {
  const works = [
    work('a', () => minutesAfterNoon(3)),
    work('b', () => null),
    work('c', () => minutesAfterNoon(1)),
    work('d', () => minutesAfterNoon(2)),
  ]
  expect(await runTimed(works, () => {})).toEqual(minutesAfterNoon(1))
  expect(await runTimed([], () => {})).toBeNull()
})

it('one that fails keeps none of the others, and is told of', async () => {
  const failed: string[] = []
  const broken = work('broken', () => {
    throw new Error('no')
  })
  const ran: string[] = []
  const fine = work('fine', () => (ran.push('fine'), null))
  await runTimed([broken, fine], ({ name }) => failed.push(name))
  expect([failed, ran]).toEqual([['broken'], ['fine']])
})

it('is looked at each second, and sooner when something is due sooner', async () => {
  const clock = new VirtualClock(NOON)
  const stop = new AbortController()
  const ran: number[] = []
  const half = work('half', () => {
    ran.push(clock.now().getTime() - NOON.getTime())
    return ran.length === 1 ? new Date(NOON.getTime() + 500) : null
  })
  const passing = timePasses({ works: [half], clock, log: keptLog() }, stop.signal)
  // Each look is over before the clock is moved: what it waits for is set then.
  for (let ms = 0; ms <= 2_500; ms += 250) {
    await new Promise((resolve) => setImmediate(resolve))
    await clock.runTo(new Date(NOON.getTime() + ms))
  }
  stop.abort()
  await passing
  expect(ran).toEqual([0, 500, 1_500, 2_500])
})
