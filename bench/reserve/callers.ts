import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Round, RoundResult } from './caller-process.ts'
import type { BenchShop } from './shop.ts'

const PROCESSES = ['a', 'b']
const CALLER = fileURLToPath(new URL('caller-process.ts', import.meta.url))

/** Sixteen callers over two processes. */
export type Callers = {
  /** All of them play the round; the results of both processes together. */
  play(round: Round): Promise<RoundResult>
  stop(): Promise<void>
}

export async function startCallers(on: { url: string; shop: BenchShop }): Promise<Callers> {
  const processes = PROCESSES.map((name) => processOf(fork(CALLER, [JSON.stringify({ ...on, process: name })])))
  await Promise.all(processes.map(({ answer }) => answer<'ready'>()))
  return {
    async play(round) {
      for (const { child } of processes) child.send(round)
      return together(await Promise.all(processes.map(({ answer }) => answer<RoundResult>())))
    },
    stop: async () => void (await Promise.all(processes.map(({ stop }) => stop()))),
  }
}

/** A process that is asked one thing at a time. */
function processOf(child: ChildProcess) {
  let answer = Promise.withResolvers<unknown>()
  child.on('message', (said) => answer.resolve(said))
  const exit = once(child, 'exit')
  void exit.then(([code]) => answer.reject(new Error(`A process of callers ended by itself, with code ${code}.`)))
  return {
    child,
    /** What it says next. */
    async answer<T>(): Promise<T> {
      const said = await answer.promise
      answer = Promise.withResolvers()
      return said as T
    },
    async stop() {
      answer.promise.catch(() => {})
      if (child.connected) child.disconnect()
      await exit
    },
  }
}

const together = (results: RoundResult[]): RoundResult => ({
  accepted: results.reduce((sum, { accepted }) => sum + accepted, 0),
  rejected: results.reduce((sum, { rejected }) => sum + rejected, 0),
  seconds: Math.max(...results.map(({ seconds }) => seconds)),
  ms: results.flatMap(({ ms }) => ms),
})
