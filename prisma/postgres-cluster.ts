import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { postgresBinaries } from './postgres-binaries.ts'
import { unprivilegedOwner, type Identity } from './unprivileged.ts'

/** A folder with a PostgreSQL database cluster in it, and what it takes to run it. */
export type Cluster = {
  data: string
  log: string
  password: string
  postgres: string
  identity: Identity
}

/**
 * The cluster below `dir`, made there the first time (about a second). Throws one sentence if the disk is full or
 * the folder cannot be used.
 */
export function openCluster(dir: string): Cluster {
  const binaries = postgresBinaries()
  const folder = join(resolve(dir), 'cluster')
  try {
    // Open to be passed through: the cluster below it is closed, and may come to belong to another user.
    mkdirSync(resolve(dir), { recursive: true, mode: 0o755 })
    removeUnfinished(resolve(dir))
    if (!existsSync(folder)) createCluster(folder, binaries.initdb)
    return {
      data: join(folder, 'data'),
      log: join(folder, 'postgres.log'),
      password: readFileSync(join(folder, 'password'), 'utf8'),
      postgres: binaries.postgres,
      identity: unprivilegedOwner(folder),
    }
  } catch (error) {
    throw new Error(inOneSentence(error instanceof Error ? error.message : String(error), dir), { cause: error })
  }
}

/** The password of the cluster below `dir` and its data folder, if there is one. */
export function findCluster(dir: string): Pick<Cluster, 'data' | 'password'> | undefined {
  const folder = join(resolve(dir), 'cluster')
  if (!existsSync(folder)) return undefined
  return { data: join(folder, 'data'), password: readFileSync(join(folder, 'password'), 'utf8') }
}

/** What went wrong, for a person, from what PostgreSQL or the file system said. */
export function inOneSentence(said: string, dir: string): string {
  if (/No space left on device|ENOSPC/.test(said)) return `The disk is full: PostgreSQL cannot write in ${dir}.`
  if (/Permission denied|EACCES/.test(said))
    return `PostgreSQL may not use ${dir} (it does not run as root): move the checkout, or set DATABASE_URL to a server.`
  return said.trim()
}

// A cluster is made aside and renamed, so that two starts at once, or a Ctrl-C in the middle, never leave half of
// one: the rename happens once, and whoever comes second throws its own away.
function createCluster(folder: string, initdb: string): void {
  const aside = `${folder}-new-${process.pid}`
  mkdirSync(aside, { mode: 0o700 })
  try {
    writeFileSync(join(aside, 'password'), randomBytes(18).toString('base64url'), { mode: 0o600 })
    runInitdb(aside, initdb)
    renameSync(aside, folder)
  } catch (error) {
    rmSync(aside, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}

function runInitdb(folder: string, initdb: string): void {
  const { prefix, uid, gid } = unprivilegedOwner(folder)
  const [command = initdb, ...args] = [...prefix, initdb, ...initdbOptions(folder)]
  const { status, stderr, error } = spawnSync(command, args, { uid, gid, encoding: 'utf8' })
  if (status === 0) return
  const said = stderr?.split('\n').find((line) => /error|fatal|could not/i.test(line))
  throw new Error(`PostgreSQL could not be set up: ${said ?? error?.message ?? stderr}`)
}

// The built-in C.UTF-8 sorts by code point on every machine alike and still knows that "É" is a capital letter.
const initdbOptions = (folder: string) => [
  ...['-D', join(folder, 'data'), '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${join(folder, 'password')}`],
  ...['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--no-instructions'],
]

const UNFINISHED = /^cluster-new-(\d+)$/

function removeUnfinished(dir: string): void {
  for (const name of readdirSync(dir)) {
    const pid = Number(UNFINISHED.exec(name)?.[1])
    if (pid && !isRunning(pid)) rmSync(join(dir, name), { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
