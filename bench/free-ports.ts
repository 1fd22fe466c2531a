import { randomInt } from 'node:crypto'
import { checkPorts } from '#sandbox/demo/choices.ts'

const ATTEMPTS = 50

/** The first of the free ports in a row that the demo takes, below those that the system hands out by itself. */
export async function freePorts(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const first = randomInt(10_000, 30_000)
    const free = await checkPorts(first).then(
      () => true,
      () => false,
    )
    if (free) return first
  }
  throw new Error('No free ports in a row were found on 127.0.0.1.')
}
