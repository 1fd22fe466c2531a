import { randomInt } from 'node:crypto'
import { checkPorts } from '#sandbox/demo/choices.ts'

// Below the ports that the system hands out by itself: those are taken and left all the time by whatever runs beside this.
const FIRST = 20_000
const LAST = 32_000

/** The first of the free ports in a row that the demo takes: Shopify, the app, Etsy, Square. */
export async function demoPorts(): Promise<number> {
  for (;;) {
    const first = randomInt(FIRST, LAST)
    const free = await checkPorts(first).then(
      () => true,
      () => false,
    )
    if (free) return first
  }
}
