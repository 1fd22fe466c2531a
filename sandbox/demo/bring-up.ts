import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '#prisma/database.ts'
import { CannotStart } from '../cannot-start.ts'
import { readAppConfig } from '../shopify/app-config.ts'
import { build } from './build.ts'
import { type Child, startChild } from './child.ts'
import { checkPorts, type Choices } from './choices.ts'
import { forgetAll, prepareDatabase } from './database.ts'
import { type Environment, environmentOf } from './environment.ts'
import { keysIn } from './keys.ts'
import type { Step } from './steps.ts'

export type Started = (one: { name: string; stop: () => Promise<void> }) => void

export type BringUp = { root: string; choices: Choices; step: Step; started: Started }

/** `address` is the app in the admin; `died` settles with a sentence when a part ends by itself. */
export type Up = { address: string; died: Promise<string> }

/** Starts all parts of the demo, each when what it needs is there. Throws one sentence for a person if one does not. */
export async function bringUp({ root, choices, step, started }: BringUp): Promise<Up> {
  const { port, quiet, reset } = choices
  const data = join(root, '.data')
  await step('Ports', () => checkPorts(port))
  if (reset) await step('Starting afresh', () => forgetAll(data))
  const database = await step('Database', (note) =>
    openDatabase().then((db) => (note(db.adopted ? 'running' : ''), db)),
  )
  started({ name: 'the database', stop: database.stop })
  await step('Migrations', (note) => prepareDatabase(database.url, note))
  await step('Build of the app', (note) => build({ root, log: join(data, 'logs', 'build.log'), note, started }))

  const config = await readAppConfig(join(root, 'shopify.app.toml'))
  const env = environmentOf({ port, config, keys: await keysIn(join(data, 'keys.json')), databaseUrl: database.url })
  const launch = (name: string, args: string[], more: Environment = {}): Child => {
    const log = join(data, 'logs', `${name}.log`)
    const child = startChild({ name: `The ${name}`, args, cwd: root, env: { ...env, ...more }, log })
    started(child)
    return child
  }
  const world = await step('Shopify and Etsy', () => {
    const args = ['sandbox/main.ts', '--port', String(port), ...(quiet ? ['--quiet'] : [])]
    const child = launch('sandbox', args, { SANDBOX_STATE: join(data, 'sandbox', 'world.json') })
    return ready(child, child.says(/^ready /))
  })
  const [web, worker] = await step('App and worker', () => {
    const web = launch('app', ['app/web.server.ts'], { PORT: String(port + 1) })
    const worker = launch('worker', ['app/worker.server.ts'])
    return Promise.all([ready(web, answers(env.SHOPIFY_APP_URL ?? '')), ready(worker, worker.says(/\S/))])
  })
  const address = `http://127.0.0.1:${port}/store/adler-finch/apps/${config.handle}/app`
  return { address, died: Promise.race([database.died, world.died, web.died, worker.died]) }
}

const PATIENCE_MS = 60_000
const LOOK_MS = 50

/** The child, once `sign` has come. Throws a sentence when it ends before, or takes too long. */
async function ready(child: Child, sign: Promise<unknown>): Promise<Child> {
  const late = sleep(PATIENCE_MS, `${child.name} did not start within ${PATIENCE_MS / 1000} s.`, { ref: false })
  const failed = await Promise.race([sign.then(() => undefined), child.died, late])
  if (failed) throw new CannotStart(failed)
  return child
}

/** Resolves when something answers HTTP there, whatever it says. */
async function answers(url: string): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
    if (
      await fetch(url, { redirect: 'manual' }).then(
        () => true,
        () => false,
      )
    )
      return
    await sleep(LOOK_MS)
  }
}
