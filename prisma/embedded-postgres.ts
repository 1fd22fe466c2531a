import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { inOneSentence, openCluster, type Cluster } from './postgres-cluster.ts'
import { disownStaleLock, isPostgres, readPostmaster } from './postmaster.ts'

export type Postgres = {
  /** Of the maintenance database `postgres`, as a superuser. */
  url: string
  /** It was running already: started by another process, or left by one that was killed. */
  adopted: boolean
  /** Settles with a sentence if the server ends and nobody called `stop`. */
  died: Promise<string>
  /** Ends the server, adopted or not, and resolves when it is gone. */
  stop(): Promise<void>
}

export type StartPostgres = {
  /** The folder that holds, or will hold, the database. */
  dir: string
  /** The TCP port on loopback; a free one without it. A server that is adopted keeps its own. */
  port?: number
  /** PostgreSQL's settings, beyond and before ours. */
  settings?: Record<string, string>
}

const ATTEMPTS = 20
const PAUSE_MS = 250
const LOOK_MS = 25
const LOOK_AGAIN_MS = 500
const FAREWELL_MS = 15_000
const LOG_BYTES = 5_000_000
const LAST_WORDS_BYTES = 2_000
/** A server that replays a long log after a crash takes its time. */
const PATIENCE_MS = 120_000

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // A socket file's path may have 107 bytes at most: a deep checkout would not start.
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '128MB',
  // Prisma's adapter reads and writes every time as if the session were in UTC.
  timezone: 'UTC',
  log_timezone: 'UTC',
}

/**
 * Starts the embedded PostgreSQL in `dir`, or adopts the one that runs there. Works as root too. Throws an error
 * whose message is one sentence for a person: port in use, disk full, folder of another user.
 */
export async function startPostgres({ dir, port, settings }: StartPostgres): Promise<Postgres> {
  const cluster = openCluster(dir)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const running = (await adopt(cluster)) ?? (await launch(cluster, { dir, port, settings }))
    if (running) return running
    await sleep(PAUSE_MS)
  }
  throw new Error(`PostgreSQL did not start in ${dir}: its log is ${cluster.log}.`)
}

/** The address of the maintenance database of a server on loopback. */
export function localUrl(password: string, port: number): string {
  return `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`
}

async function adopt(cluster: Cluster): Promise<Postgres | undefined> {
  const found = await settled(cluster.data)
  if (!found) return undefined
  const url = localUrl(cluster.password, found.port)
  if (!(await answers(url))) return undefined
  return { url, adopted: true, ...lifeOf(cluster, found.pid) }
}

/** The server of this folder once it is ready; none if there is none, or it has ended while we looked. */
async function settled(data: string) {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
    const found = readPostmaster(data)
    if (!found || found.ready) return found
    await sleep(LOOK_MS)
  }
  return undefined
}

// Only our own server knows our password (and proves it, by SCRAM), so an answer says whose server it is.
async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

/** Undefined if it is worth another attempt. */
async function launch(cluster: Cluster, { dir, port: wanted, settings }: StartPostgres): Promise<Postgres | undefined> {
  const port = await bindable(wanted ?? 0)
  disownStaleLock(cluster.data)
  const logged = sizeOf(cluster.log)
  const child = spawnPostgres(cluster, { ...SETTINGS, ...settings, port: String(port) })
  if (await becomesReady(child, cluster.data)) {
    return { url: localUrl(cluster.password, port), adopted: false, ...lifeOf(cluster, child) }
  }
  const said = readFileSync(cluster.log).subarray(logged).toString()
  if (PASSING.test(said)) return undefined
  throw new Error(inOneSentence(said, dir))
}

// A server that was killed leaves sessions which take a moment to notice; one that is being started by another
// process holds the lock; and a free port can be taken between our look and PostgreSQL's.
const PASSING =
  /pre-existing shared memory block|lock file .* (already exists|is empty)|bogus data in lock file|Address already in use/

/** A port on loopback that can be used: `port` itself, or any free one for 0. */
async function bindable(port: number): Promise<number> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    const address = server.address()
    return typeof address === 'object' && address ? address.port : port
  } catch (error) {
    throw new Error(`Port ${port} is in use: stop the program that has it, or choose another.`, { cause: error })
  } finally {
    server.close()
  }
}

function spawnPostgres({ data, log, postgres, identity }: Cluster, settings: Record<string, string>): ChildProcess {
  const { prefix, uid, gid } = identity
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const [command = postgres, ...args] = [...prefix, postgres, '-D', data, ...options]
  const output = openSync(log, sizeOf(log) > LOG_BYTES ? 'w' : 'a')
  // Detached: a Ctrl-C on the terminal reaches every process of its group, and the server must be the last to go.
  const child = spawn(command, args, { uid, gid, detached: true, stdio: ['ignore', output, output] })
  closeSync(output)
  child.unref()
  return child
}

async function becomesReady(child: ChildProcess, data: string): Promise<boolean> {
  const failed = new Promise<true>((resolve) =>
    child.once('error', () => resolve(true)).once('exit', () => resolve(true)),
  )
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
    if (await Promise.race([failed, sleep(LOOK_MS, false)])) return false
    const found = readPostmaster(data)
    if (found?.ready && found.pid === child.pid) return true
  }
  return false
}

function lifeOf(cluster: Cluster, server: ChildProcess | number): Pick<Postgres, 'died' | 'stop'> {
  const pid = typeof server === 'number' ? server : (server.pid ?? 0)
  const ended = typeof server === 'number' ? disappearance(pid) : once(server, 'exit')
  let stopping = false
  const died = new Promise<string>((resolve) => {
    void ended.then(() => stopping || resolve(epitaph(cluster)))
  })
  const stop = async () => {
    stopping = true
    await endServer(pid)
  }
  return { died, stop }
}

async function disappearance(pid: number): Promise<void> {
  while (isPostgres(pid)) await sleep(LOOK_AGAIN_MS, undefined, { ref: false })
}

function epitaph({ log }: Cluster): string {
  if (!existsSync(log)) return 'The database has stopped: its folder was removed.'
  const last = readFileSync(log).subarray(-LAST_WORDS_BYTES).toString()
  if (/No space left on device/.test(last)) return 'The database has stopped: the disk is full.'
  return `The database has stopped, and nobody here stopped it: its log is ${log}.`
}

/** Ends a server in the orderly way (sessions are cut off, everything is written), at the latest by force. */
async function endServer(pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!isPostgres(pid)) return
    process.kill(pid, signal)
    for (let waited = 0; waited < FAREWELL_MS && isPostgres(pid); waited += LOOK_MS) await sleep(LOOK_MS)
  }
}

const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size ?? 0
