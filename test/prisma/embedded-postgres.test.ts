import { execFileSync, spawn, spawnSync, type ChildProcess, type SpawnSyncOptions } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startPostgres } from '#prisma/embedded-postgres.ts'
import { readPostmaster } from '#prisma/postmaster.ts'

const SCRIPT = fileURLToPath(new URL('./start-postgres.ts', import.meta.url))
const root = process.getuid?.() === 0
/** Others can read this checkout too, as they cannot below /root. */
const shared = root && canRunAs(1234)

// Below the system's temporary folder, which everybody may enter, unlike perhaps the checkout.
const parent = mkdtempSync(join(tmpdir(), 'vitrine-postgres-'))
chmodSync(parent, 0o755)
afterAll(() => rmSync(parent, { recursive: true, force: true }))

let dir: string
let folders = 0
beforeEach(() => {
  dir = join(parent, String(folders++))
})
afterEach(() => {
  const left = readPostmaster(join(dir, 'cluster/data'))
  if (left) process.kill(left.pid, 'SIGQUIT')
})

type Said = { url: string; adopted: boolean; uid: number; refused?: string }

const firstLine = (text: string): Said => JSON.parse(text.split('\n')[0] ?? '')

function startElsewhere(then: 'stop' | 'leave', options: SpawnSyncOptions & { command?: string[] } = {}): Said {
  const [command = '', ...args] = [...(options.command ?? []), process.execPath, SCRIPT, dir, then]
  return firstLine(execFileSync(command, args, { ...options, encoding: 'utf8' }))
}

async function staying(): Promise<{ child: ChildProcess; said: Said }> {
  const child = spawn(process.execPath, [SCRIPT, dir, 'stay'], { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = await once(createInterface(child.stdout), 'line')
  return { child, said: firstLine(line) }
}

async function ask(url: string, question: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query({ text: question, rowMode: 'array' })
  await client.end()
  return rows[0]?.[0]
}

const pidOf = (folder: string) => readPostmaster(join(folder, 'cluster/data'))?.pid ?? 0

test('what was written is there after a stop and a second start', async () => {
  const first = await startPostgres({ dir })
  await ask(first.url, 'CREATE TABLE tray AS SELECT 7 AS rings')
  await first.stop()
  expect(readPostmaster(join(dir, 'cluster/data'))).toBeUndefined()
  const second = await startPostgres({ dir })
  expect(await ask(second.url, 'SELECT rings FROM tray')).toBe(7)
  expect(second.adopted).toBe(false)
  await second.stop()
})

test('it listens on loopback alone, writes durably, and keeps UTC', async () => {
  const server = await startPostgres({ dir })
  const settings = ['listen_addresses', 'unix_socket_directories', 'fsync', 'synchronous_commit', 'TimeZone']
  const values = await Promise.all(settings.map((name) => ask(server.url, `SHOW ${name}`)))
  expect(values).toEqual(['127.0.0.1', '', 'on', 'on', 'UTC'])
  expect(await ask(server.url, `SELECT lower('ÉMERAUDE')`)).toBe('émeraude')
  await server.stop()
})

test('nobody enters without the password', async () => {
  const server = await startPostgres({ dir })
  const url = new URL(server.url)
  url.password = 'guessed'
  await expect(ask(url.href, 'SELECT 1')).rejects.toThrow('password authentication failed')
  await server.stop()
})

test('two starts at once share one server', async () => {
  const [one, other] = await Promise.all([startPostgres({ dir }), startPostgres({ dir })])
  expect(other.url).toBe(one.url)
  expect([one.adopted, other.adopted].sort()).toEqual([false, true])
  await one.stop()
})

test('a server left by a process that was killed is adopted with all its data', async () => {
  const { child, said } = await staying()
  const pid = pidOf(dir)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const server = await startPostgres({ dir })
  expect(server).toMatchObject({ adopted: true, url: said.url })
  expect(pidOf(dir)).toBe(pid)
  await server.stop()
  expect(pidOf(dir)).toBe(0)
})

test('after the server itself was killed it recovers what was committed', async () => {
  const killed = await startPostgres({ dir })
  await ask(killed.url, 'CREATE TABLE tray AS SELECT 7 AS rings')
  process.kill(pidOf(dir), 'SIGKILL')
  expect(await killed.died).toContain('The database has stopped, and nobody here stopped it')
  const server = await startPostgres({ dir })
  expect(server.adopted).toBe(false)
  expect(await ask(server.url, 'SELECT rings FROM tray')).toBe(7)
  await server.stop()
})

test('a start in the middle of a recovery waits for it', async () => {
  const killed = await startPostgres({ dir })
  await ask(killed.url, 'CREATE TABLE ledger AS SELECT n FROM generate_series(1, 300000) n')
  process.kill(pidOf(dir), 'SIGKILL')
  const [one, other] = await Promise.all([startPostgres({ dir }), startPostgres({ dir })])
  expect(await ask(other.url, 'SELECT count(*)::int FROM ledger')).toBe(300_000)
  await one.stop()
})

test('the end of an adopted server is noticed too', async () => {
  startElsewhere('leave')
  const adopted = await startPostgres({ dir })
  process.kill(pidOf(dir), 'SIGKILL')
  expect(await adopted.died).toContain('The database has stopped')
})

test('a lock whose number now belongs to another program does not stand in the way', async () => {
  await (await startPostgres({ dir })).stop()
  const lock = [process.pid, join(dir, 'cluster/data'), 1, 1, '', '127.0.0.1', '0 0', 'ready   '].join('\n')
  writeFileSync(join(dir, 'cluster/data/postmaster.pid'), `${lock}\n`, { mode: 0o600 })
  const server = await startPostgres({ dir })
  expect(server.adopted).toBe(false)
  await server.stop()
})

test('an empty lock, of a start that was killed at once, does not stand in the way', async () => {
  await (await startPostgres({ dir })).stop()
  const lock = join(dir, 'cluster/data/postmaster.pid')
  writeFileSync(lock, '', { mode: 0o600 })
  utimesSync(lock, new Date(0), new Date(0))
  const server = await startPostgres({ dir })
  expect(server.adopted).toBe(false)
  await server.stop()
})

describe('a port', () => {
  let other: Server
  beforeEach(async () => {
    other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
  })
  afterEach(() => void other.close())

  const taken = () => {
    const address = other.address()
    return typeof address === 'object' && address ? address.port : 0
  }

  test('that is asked for is used', async () => {
    const port = taken()
    other.close()
    const server = await startPostgres({ dir, port })
    expect(new URL(server.url).port).toBe(String(port))
    await server.stop()
  })

  test('in use is refused in one sentence', async () => {
    const port = taken()
    await expect(startPostgres({ dir, port })).rejects.toThrow(
      `Port ${port} is in use: stop the program that has it, or choose another.`,
    )
  })
})

describe('a set-up that was interrupted', () => {
  test('is cleared away, and one that still runs is not', async () => {
    const { pid = 0 } = spawnSync(process.execPath, ['--version'])
    mkdirSync(join(dir, `cluster-new-${pid}`), { recursive: true })
    mkdirSync(join(dir, `cluster-new-${process.ppid}`))
    await (await startPostgres({ dir })).stop()
    expect(existsSync(join(dir, `cluster-new-${pid}`))).toBe(false)
    expect(existsSync(join(dir, `cluster-new-${process.ppid}`))).toBe(true)
  })
})

describe.skipIf(!root)('root', () => {
  test('starts it below a folder nobody else may enter', async () => {
    const closed = join(parent, 'closed')
    mkdirSync(closed, { mode: 0o700 })
    dir = join(closed, 'checkout')
    const server = await startPostgres({ dir })
    expect(await ask(server.url, 'SELECT 1')).toBe(1)
    await server.stop()
  })

  // `unshare` fails in the same way where the kernel or a container forbids user namespaces.
  const withoutNamespaces = () => {
    const bin = join(parent, 'bin')
    mkdirSync(bin, { recursive: true })
    writeFileSync(join(bin, 'unshare'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    return { env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` } }
  }

  test.skipIf(!shared)('where user namespaces are forbidden, starts it as nobody', () => {
    expect(startElsewhere('leave', withoutNamespaces())).toMatchObject({ adopted: false, uid: 0 })
    expect(readFileSync(`/proc/${pidOf(dir)}/status`, 'utf8')).toMatch(/^Uid:\t65534/m)
  })

  test('where neither is possible, says so in one sentence', () => {
    const closed = join(parent, 'shut')
    mkdirSync(closed, { mode: 0o700 })
    dir = join(closed, 'checkout')
    const { refused } = startElsewhere('leave', withoutNamespaces())
    expect(refused).toBe(
      `PostgreSQL may not use ${dir} (it does not run as root): move the checkout, or set DATABASE_URL to a server.`,
    )
  })

  test.skipIf(!shared)('in the folder of an ordinary user, starts it as that user', () => {
    mkdirSync(dir)
    chownSync(dir, 1234, 1234)
    startElsewhere('stop', { uid: 1234, gid: 1234 })
    startElsewhere('leave')
    expect(readFileSync(`/proc/${pidOf(dir)}/status`, 'utf8')).toMatch(/^Uid:\t1234/m)
  })
})

describe.skipIf(!shared)('an ordinary user', () => {
  const user = { uid: 1234, gid: 1234 }

  test('starts it as itself', () => {
    mkdirSync(dir)
    chownSync(dir, 1234, 1234)
    expect(startElsewhere('leave', user)).toMatchObject({ adopted: false, uid: 1234 })
    expect(startElsewhere('stop', user)).toMatchObject({ adopted: true, uid: 1234 })
  })

  test("is told in one sentence that a folder is somebody else's", async () => {
    await (await startPostgres({ dir })).stop()
    chmodSync(dir, 0o755)
    expect(startElsewhere('stop', user).refused).toMatch(/belongs to another user|may not use/)
  })
})

function canRunAs(uid: number): boolean {
  return spawnSync(process.execPath, [SCRIPT, '/dev/null/nowhere'], { uid, gid: uid }).status === 0
}

describe.skipIf(!root || spawnSync('unshare', ['-m', 'true']).status !== 0)('a disk that is full', () => {
  const small = (megabytes: number) =>
    `mkdir -p ${dir} && mount -t tmpfs -o size=${megabytes}m none ${dir} && exec "$0" "$@"`

  test('is named when the database is first set up', () => {
    const command = ['unshare', '-m', 'sh', '-c', small(8)]
    expect(startElsewhere('stop', { command }).refused).toBe(`The disk is full: PostgreSQL cannot write in ${dir}.`)
  })

  test('is named when the database is started', () => {
    const command = ['unshare', '-m', 'sh', '-c', `${small(64)}`]
    const fill = `${process.execPath} ${SCRIPT} ${dir} stop >&2 && head -c 1G /dev/zero > ${dir}/fill 2>/dev/null; exec "$0" "$@"`
    const said = startElsewhere('stop', { command: [...command, 'sh', '-c', fill] })
    expect(said.refused).toBe(`The disk is full: PostgreSQL cannot write in ${dir}.`)
  })
})
