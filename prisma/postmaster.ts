import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** What a running server says of itself in `postmaster.pid`. */
export type Postmaster = { pid: number; port: number; ready: boolean }

// https://www.postgresql.org/docs/18/storage-file-layout.html: pid, folder, start, port, socket folder, address,
// shared memory key, status ("starting", "stopping", "ready   ", "standby ").
const PID = 0
const PORT = 3
const STATUS = 7

/** The server that holds `data`, if one is running. */
export function readPostmaster(data: string): Postmaster | undefined {
  const lines = lockFile(data)
  const pid = Number(lines[PID])
  if (!pid || !isPostgres(pid)) return undefined
  return { pid, port: Number(lines[PORT]), ready: lines[STATUS]?.trim() === 'ready' }
}

/**
 * Whether a process is a living PostgreSQL. A number alone proves nothing: after a crash another program may have
 * it (in a container almost surely), and a killed server that nobody waits for stays as a zombie.
 */
export function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false
  }
  if (process.platform !== 'linux') return true
  const [program = ''] = readOr(`/proc/${pid}/cmdline`, '').split('\0')
  return basename(program) === 'postgres'
}

/**
 * Gives a lock left by a dead server, whose number another program now has, to this process: PostgreSQL takes a
 * lock in its parent's name for a stale one. Removing the file would also remove the shared memory key by which
 * the next server finds sessions of the dead one that are still writing. An empty lock, of a start that was killed at
 * its first breath, has no such key, and goes.
 */
export function disownStaleLock(data: string): void {
  const lines = lockFile(data)
  const lock = statSync(lockPath(data), { throwIfNoEntry: false })
  if (lock?.size === 0 && Date.now() - lock.mtimeMs > EMPTY_MS) rmSync(lockPath(data), { force: true })
  if (!lines[PID] || isPostgres(Number(lines[PID]))) return
  writeFileSync(lockPath(data), [String(process.pid), ...lines.slice(1)].join('\n'))
}

/** A lock is written as soon as it is made: one that is empty for so long is nobody's. */
const EMPTY_MS = 2_000

const lockPath = (data: string) => join(data, 'postmaster.pid')

const lockFile = (data: string) => readOr(lockPath(data), '').split('\n')

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return otherwise
  }
}
