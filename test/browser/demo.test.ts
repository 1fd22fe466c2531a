import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { serve } from '#sandbox/http.ts'
import { openDesks } from '#test/support/desks.ts'
import { demoPorts } from '#test/support/free-ports.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
let data: string
let port: number

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'vitrine-demo-'))
  // Started by root where user namespaces are forbidden, PostgreSQL runs as nobody and must pass through.
  chmodSync(data, 0o755)
  port = await demoPorts()
})
afterAll(() => rmSync(data, { recursive: true, force: true }))

/** The demo as a person starts it, in a folder of its own. */
function demo(...more: string[]) {
  const env = { ...process.env }
  delete env.DATABASE_URL
  const args = ['sandbox/demo.ts', '--port', String(port), '--data', data, '--quiet', ...more]
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += String(text)))
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  onTestFinished(async () => {
    child.kill('SIGINT')
    await ended
  })
  const ready = async () => {
    await expect
      .poll(() => /is ready|exit/.test(said) || child.exitCode !== null, { timeout: 90_000, interval: 50 })
      .toBe(true)
    expect(said).toContain('Vitrine is ready')
  }
  const interrupt = () => (child.kill('SIGINT'), ended)
  return { said: () => said, ready, ended, interrupt }
}

/** Processes of the demo on our port or in our folder, zombies left out: they are nobody's any more. */
function processesLeft(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => {
      const about = readOrNothing(`/proc/${pid}/cmdline`) + readOrNothing(`/proc/${pid}/environ`)
      return about.includes(data) || about.includes(`SHOPIFY_ADDRESS=http://127.0.0.1:${port}\0`)
    })
    .map((pid) => readOrNothing(`/proc/${pid}/cmdline`).replaceAll('\0', ' '))
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const sentencesOn = (said: string) => said.split('\n').filter((line) => line.trim() && !/^ {2}[✓✗…]/.test(line))

const control = (act: string, body: object) =>
  fetch(`http://127.0.0.1:${port}/__sandbox/${act}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })

const stock = async () => (await fetch(`http://127.0.0.1:${port}/__sandbox/stock?sku=C207-18`)).json()

describe('npm run demo', () => {
  it('starts everything, stops everything on Ctrl-C, and goes on where it stopped', { timeout: 240_000 }, async () => {
    const first = demo()
    await first.ready()
    const [address = ''] = /http:\/\/\S+\/apps\/vitrine\/app/.exec(first.said()) ?? []
    expect((await fetch(address)).status).toBe(200)
    expect(processesLeft().length).toBeGreaterThanOrEqual(5)
    await control('buy', { channel: 'shopify', sku: 'C207-18' })
    const after = await stock()
    expect(await first.interrupt()).toBe(0)
    expect(processesLeft()).toEqual([])

    const second = demo()
    await second.ready()
    expect(second.said()).toContain('Build of the app, unchanged')
    expect(await stock()).toEqual(after)
    expect(await second.interrupt()).toBe(0)
    expect(processesLeft()).toEqual([])
  })

  it('says in one sentence that a port is in use', async () => {
    const taken = await serve(async () => new Response(), { port: port + 1, clock: systemClock })
    const { ended, said } = demo()
    expect(await ended).toBe(1)
    await taken.close()
    expect(sentencesOn(said())).toEqual([
      `  Port ${port + 1} is in use: is the demo running already? Choose another with --port N.`,
    ])
  })

  it('says in one sentence that the database was killed, and stops the rest', { timeout: 120_000 }, async () => {
    const { ready, ended, said } = demo()
    await ready()
    const before = said().length
    process.kill(
      Number(readFileSync(join(data, 'postgres/cluster/data/postmaster.pid'), 'utf8').split('\n')[0]),
      'SIGKILL',
    )
    expect(await ended).toBe(1)
    expect(sentencesOn(said().slice(before))).toEqual([expect.stringContaining('The database has stopped')])
    expect(processesLeft()).toEqual([])
  })

  it('forgets everything on --reset', { timeout: 120_000 }, async () => {
    const onTheFirstDay = openDesks().shop.shown('C207-18')
    const before = demo()
    await before.ready()
    await control('buy', { channel: 'shopify', sku: 'C207-18' })
    expect((await stock()).shopify).toBeLessThan(onTheFirstDay)
    await before.interrupt()
    const afresh = demo('--reset')
    await afresh.ready()
    expect((await stock()).shopify).toBe(onTheFirstDay)
  })
})
