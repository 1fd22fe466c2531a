import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '#app/kernel/clock.ts'
import { CannotStart, systemCode } from './cannot-start.ts'

export type StateFile = {
  /** Says that there is something new; it is on the disk at most `withinMs` later. */
  changed(): void
  /** Writes what is not yet on the disk. Throws CannotStart when the disk is full or the folder may not be written. */
  flush(): Promise<void>
}

export type StateFileOptions = {
  path: string
  clock: Clock
  /** Everything to be remembered, as plain JSON data. */
  snapshot: () => unknown
  withinMs?: number
  /** Is told of a write that failed in the background. */
  onTrouble: (trouble: Error) => void
}

/** Keeps the world's state in one JSON file, always whole: a new one is written beside it and then takes its name. */
export function keepState({ path, clock, snapshot, withinMs = 1_000, onTrouble }: StateFileOptions): StateFile {
  let callOff: (() => void) | undefined
  let writing = Promise.resolve()

  const flush = (): Promise<void> => {
    callOff?.()
    callOff = undefined
    // One at a time: two writers of the same temporary file would spoil it.
    const next = writing.catch(() => {}).then(() => write(path, JSON.stringify(snapshot())))
    writing = next
    return next
  }
  return {
    flush,
    changed() {
      callOff ??= clock.after(withinMs, () => flush().catch(onTrouble))
    },
  }
}

async function write(path: string, content: string): Promise<void> {
  const fresh = `${path}.new`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    // Tokens of the sandbox are in it: nobody else's to read.
    const file = await open(fresh, 'w', 0o600)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => {})
    throw new CannotStart(`The sandbox cannot keep its state in ${path}: ${reason(error)}.`, { cause: error })
  }
}

function reason(error: unknown): string {
  const known: Record<string, string> = {
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk quota is used up',
    EACCES: 'the folder may not be written',
    EROFS: 'the disk is read-only',
  }
  return known[systemCode(error) ?? ''] ?? String(error)
}

/** What was kept, or undefined when nothing was. Throws CannotStart when the file is not whole. */
export async function readState(path: string): Promise<unknown> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined
    throw new CannotStart(`The sandbox's state in ${path} cannot be read: ${String(error)}.`)
  })
  if (content === undefined) return undefined
  try {
    return JSON.parse(content)
  } catch {
    throw new CannotStart(`The sandbox's state in ${path} is spoilt; start afresh with: npm run demo -- --reset`)
  }
}
