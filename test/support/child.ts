import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

/** A process of this project's own code, in which a test reads what it says. */
export type Child = {
  /** The next line that begins with `start`; rejects if the process ends before it says so. */
  line: (start: string) => Promise<string>
  /** Kills it as `kill -9` does, and waits until it is gone. */
  kill: () => Promise<void>
}

/** Starts `file` with Node in a process of its own, which is killed at the end of the test at the latest. */
export function startChild(file: string, args: string[]): Child {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const said: string[] = []
  const waiting = new Set<() => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    said.push(line)
    for (const look of waiting) look()
  })
  const line = (start: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = said.findIndex((one) => one.startsWith(start))
        if (found < 0) return
        waiting.delete(look)
        resolve(said.splice(found, 1)[0]!)
      }
      waiting.add(look)
      look()
      void gone.then(() => reject(new Error(`The process ended without saying "${start}".`)))
    })
  const kill = () => (child.kill('SIGKILL'), gone)
  onTestFinished(kill)
  return { line, kill }
}
