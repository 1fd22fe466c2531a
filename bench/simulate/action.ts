import type { Random } from '#app/kernel/clock.ts'
import type { Violation } from './laws.ts'
import { Died } from './mortal.ts'
import type { Stage } from './stage.ts'

/** An order as those who made it and those who handle it know it. */
export type Order = {
  channel: string
  id: string
  lines: OrderLine[]
  paid: boolean
  over: boolean
}

/** `open`: pieces still to be sent; `sent`: pieces with the buyer. */
export type OrderLine = { sku: string; lineId: string; open: number; sent: number }

/** What an action works with: the shop, its orders, and what has been found to be wrong. */
export type Life = Stage & {
  orders: Order[]
  violations: Violation[]
  step: { seed: number }
  /** the last number that was sent and has been looked at */
  looked: { at: number }
}

/** Something that somebody does, or that happens. One entry is all that a new ability of the app needs. */
export type Action = {
  name: string
  /** how often, beside the others */
  weight: number
  /** It does nothing, and costs a step, where there is nothing to do it to. */
  perform(life: Life, random: Random): Promise<void> | void
}

/** Begins another process in place of the dead one. */
export async function restart(life: Stage): Promise<void> {
  life.world.reopen()
  await life.processes.takeOver(life.world.road)
  life.world.road.kick(life.world.merchantId)
}

/**
 * A person asks the app for something, again when the answer never came, and sometimes twice at once: with the same
 * token, so that it is done once.
 */
export async function insist<T>(life: Stage, ask: () => Promise<T>): Promise<T> {
  const first = await again(life, ask)
  return life.faults.strikes('repeatedRequest') ? again(life, ask) : first
}

async function again<T>(life: Stage, ask: () => Promise<T>): Promise<T> {
  try {
    const answer = await ask()
    life.world.road.kick(life.world.merchantId)
    return answer
  } catch (error) {
    if (!(error instanceof Died)) throw error
    await restart(life)
    return again(life, ask)
  }
}
