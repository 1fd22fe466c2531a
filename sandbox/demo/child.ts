import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Environment } from './environment.ts'

export type Child = {
  name: string
  /** undefined when it could not be started */
  pid: number | undefined
  /** Its exit code, once it has one; null when a signal ended it. */
  ended: Promise<number | null>
  /** The last thing it complained of. */
  lastWords: () => string
  /** Settles with a sentence when the process ends and nobody stopped it. */
  died: Promise<string>
  /** Resolves with the first line of its output that matches. */
  says: (line: RegExp) => Promise<string>
  /** Ends it and everything it started, and resolves when it is gone. */
  stop: () => Promise<void>
}

/** Is handed everything that was started, in order. */
export type Started = (one: { stop: () => Promise<void> }) => void

export type ChildOptions = { name: string; args: string[]; env: Environment; cwd: string; log: string }

const FAREWELL_MS = 8_000

/** Starts `node <args>`; what it says goes to a file. */
export function startChild({ name, args, env, cwd, log }: ChildOptions): Child {
  const child = spawn(process.execPath, args, {
    cwd,
    env: env as NodeJS.ProcessEnv,
    // A process group of its own: Ctrl-C reaches the launcher alone, which then stops things in order.
    detached: true,
    // The channel tells the child when the launcher is gone, however it went.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const lines = keepLines(child, log)
  const exit = once(child, 'exit')
  let stopping = false
  const died = exit.then(([code, signal]) => {
    if (stopping) return new Promise<string>(() => {})
    return `${name} has stopped (${signal ?? `code ${code}`}): ${lines.last()}. More in ${log}.`
  })
  return {
    name,
    pid: child.pid,
    ended: exit.then(([code]) => code),
    lastWords: lines.last,
    died,
    says: lines.matching,
    async stop() {
      stopping = true
      if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
      child.kill('SIGTERM')
      const gone = await Promise.race([exit.then(() => true), sleep(FAREWELL_MS, false, { ref: false })])
      if (!gone) endGroup(child.pid)
      await exit
    },
  }
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has just gone by itself.
  }
}

function keepLines(child: ChildProcess, log: string) {
  mkdirSync(dirname(log), { recursive: true })
  const file = createWriteStream(log, { flags: 'w' })
  // A full disk must not take the launcher with it: whoever needs the disk says so.
  file.on('error', () => {})
  const awaited: { line: RegExp; then: (line: string) => void }[] = []
  let last = ''
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue
    createInterface({ input: stream }).on('line', (line) => {
      file.write(`${line}\n`)
      if (stream === child.stderr && line.trim() && !/^\s+at /.test(line)) last = line.trim().replace(/[.:]+$/, '')
      for (const wanted of awaited) if (wanted.line.test(line)) wanted.then(line)
    })
  }
  return {
    last: () => last || 'it said nothing',
    matching: (line: RegExp) => new Promise<string>((then) => awaited.push({ line, then })),
  }
}
