import type pg from 'pg'
import type { Clock } from '#app/kernel/clock.ts'
import type { Statement } from '#app/kernel/sql.ts'
import type { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { closable } from '#sandbox/closable-clock.ts'
import { type ChannelDoor, openRoad, type Road } from '../road.ts'
import { DurableFacts } from './durable-facts.ts'
import type { Faults } from './faults.ts'
import type { Luck } from './luck.ts'
import { Died, type Fuse, type MortalProcess, openMortal, type Sessions } from './mortal.ts'
import type { Sabotage } from './sabotage.ts'
import { itemsWritten } from './touched.ts'

/** The app's process, and those that come after it. */
export type Processes = {
  open(doors: Record<string, ChannelDoor>): Road
  /** Its machine's clock is set, more or less. */
  setClock(): void
  /** It will die at a statement. */
  light(fuse: Fuse): void
  isDead(): boolean
  /** Throws Died where it is dead: the dead send nothing and hear nothing. */
  mustLive(): void
  /** Hands what outlived the last one to a road that has just been opened. */
  takeOver(road: Road): Promise<void>
  /** ids of items that were written to since they were last taken */
  takeTouched(): number[]
}

const SKEW_MS = 3_000

type Options = {
  pool: pg.Pool
  sabotage?: Sabotage | undefined
  sessions: Sessions
  clock: VirtualClock
  luck: Luck
  faults: Faults
}

export function openProcesses({ pool, sessions, sabotage, clock, luck, faults }: Options): Processes {
  const facts = new DurableFacts()
  const touched = new Set<number>()
  const now: { process?: MortalProcess; clock?: ReturnType<typeof closable> } = {}
  const seen = (statement: Statement) => {
    for (const itemId of itemsWritten(statement)) touched.add(itemId)
  }
  // Each machine's clock is wrong in its own way.
  let skew = 0
  const setClock = () => void (skew = faults.strikes('clockSkew') ? faults.ms(2 * SKEW_MS) - SKEW_MS : 0)
  const skewed = (inner: Clock): Clock => ({
    now: () => new Date(inner.now().getTime() + skew),
    after: (ms, task) => inner.after(ms, task),
  })
  return {
    open(doors) {
      now.process?.kill()
      now.clock?.close()
      now.clock = closable(clock)
      setClock()
      now.process = openMortal({
        sessions,
        facts,
        random: luck.draw,
        seen,
        ...(sabotage?.rewrite && { rewrite: sabotage.rewrite }),
      })
      return openRoad({ pool, clock: skewed(now.clock), doors, mortal: now.process })
    },
    setClock,
    light: (fuse) => now.process?.light(fuse),
    isDead: () => now.process?.alive() === false,
    mustLive() {
      if (now.process?.alive() === false) throw new Died('The process is dead.')
    },
    async takeOver({ sync }) {
      const waiting = facts.waiting()
      await sync.inTransaction((tx) => sync.outbox.record(tx, waiting))
    },
    takeTouched() {
      const taken = [...touched]
      touched.clear()
      return taken
    },
  }
}
