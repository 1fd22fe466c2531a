import { join, resolve } from 'node:path'
import { readAppConfig } from '../shopify/app-config.ts'
import { launcher, type Launch, startApp } from './app-processes.ts'
import { type Child, type Started } from './child.ts'
import { checkPorts, type Choices } from './choices.ts'
import { forgetAll, openDatabase, prepareDatabase } from './database.ts'
import { environmentOf } from './environment.ts'
import { checkRoom } from './disk.ts'
import { keysIn } from './keys.ts'
import { ready } from './ready.ts'
import type { Step } from './steps.ts'

export type BringUp = {
  root: string
  choices: Choices
  step: Step
  /** Is handed everything that was started, in order. */
  started: Started
  /** Is told of what broke and may be mended: an app that is being worked on. */
  complain: (sentence: string) => void
}

export type Up = {
  /** The app in the admin. */
  address: string
  /** Settles with a sentence when a part ends by itself. */
  died: Promise<string>
  /** Builds the app from today's sources and starts it and the worker anew. */
  renew: () => Promise<void>
}

/** Starts all parts of the demo, each when what it needs is there. Throws one sentence for a person if one does not. */
export async function bringUp({ root, choices, step, started, complain }: BringUp): Promise<Up> {
  const { port, quiet, reset, reload: mendable } = choices
  const data = resolve(root, choices.data ?? '.data')
  const broken = Promise.withResolvers<string>()
  await step('Ports and disk', () => Promise.all([checkPorts(port), checkRoom(data)]))
  if (reset) await step('Starting afresh', () => forgetAll(data))
  const database = await step('Database', () => openDatabase(data))
  started(database)
  void database.died.then(broken.resolve)
  await step('Migrations', (note) => prepareDatabase(database.url, note))

  const config = await readAppConfig(join(root, 'shopify.app.toml'))
  const env = environmentOf({ port, config, keys: await keysIn(join(data, 'keys.json')), databaseUrl: database.url })
  const launch = launcher({ root, data, env, started, broken: broken.resolve, complain })
  await step('Shopify and Etsy', () =>
    startWorldProcess(launch, { port, quiet, state: join(data, 'sandbox', 'world.json') }),
  )
  const { renew } = await startApp({ root, data, port: port + 1, mendable, launch, started, step })
  return {
    address: `http://127.0.0.1:${port}/store/adler-finch/apps/${config.handle}/app`,
    died: broken.promise,
    renew,
  }
}

function startWorldProcess(launch: (what: Launch) => Child, world: { port: number; quiet: boolean; state: string }) {
  const args = ['sandbox/main.ts', '--port', String(world.port), ...(world.quiet ? ['--quiet'] : [])]
  const child = launch({ name: 'sandbox', args, more: { SANDBOX_STATE: world.state } })
  return ready(child, child.says(/^ready /))
}
