import { join, resolve } from 'node:path'
import { generateClient } from '#prisma/generate-client.ts'
import { readAppConfig } from '../shopify/app-config.ts'
import { build } from './build.ts'
import { type Child, startChild, type Started } from './child.ts'
import { checkPorts, type Choices } from './choices.ts'
import { forgetAll, openDatabase, prepareDatabase } from './database.ts'
import { environmentOf } from './environment.ts'
import { checkRoom } from './disk.ts'
import { keysIn } from './keys.ts'
import { answers, ready } from './ready.ts'
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
  const { port, quiet, reset } = choices
  const data = resolve(root, choices.data ?? '.data')
  const broken = Promise.withResolvers<string>()
  await step('Ports and disk', () => Promise.all([checkPorts(port), checkRoom(data)]))
  if (reset) await step('Starting afresh', () => forgetAll(data))
  const database = await step('Database', () => openDatabase(data))
  started(database)
  void database.died.then(broken.resolve)
  await step('Migrations', (note) => prepareDatabase(database.url, note))
  const made = (note: (text: string) => void) => build({ root, log: join(data, 'logs', 'build.log'), note, started })
  await step('Build of the app', async (note) => (generateClient(), made(note)))

  const config = await readAppConfig(join(root, 'shopify.app.toml'))
  const env = environmentOf({ port, config, keys: await keysIn(join(data, 'keys.json')), databaseUrl: database.url })
  const launch = ({ name, args, more, mendable }: Launch): Child => {
    const log = join(data, 'logs', `${name}.log`)
    const child = startChild({ name: `The ${name}`, args, cwd: root, env: { ...env, ...more }, log })
    started(child)
    void child.died.then(mendable ? complain : broken.resolve)
    return child
  }
  await step('Shopify and Etsy', () =>
    startWorldProcess(launch, { port, quiet, state: join(data, 'sandbox', 'world.json') }),
  )
  const startApp = () =>
    step('App and worker', () => startAppProcesses(launch, { port: port + 1, mendable: choices.reload }))
  let app = await startApp()
  return {
    address: `http://127.0.0.1:${port}/store/adler-finch/apps/${config.handle}/app`,
    died: broken.promise,
    async renew() {
      await step('Build of the app', made)
      await Promise.all(app.map((child) => child.stop()))
      app = []
      app = await startApp()
    },
  }
}

/** `mendable`: the demo goes on without it until it is started anew. */
type Launch = { name: string; args: string[]; more: Record<string, string>; mendable: boolean }

function startWorldProcess(launch: (what: Launch) => Child, world: { port: number; quiet: boolean; state: string }) {
  const args = ['sandbox/main.ts', '--port', String(world.port), ...(world.quiet ? ['--quiet'] : [])]
  const child = launch({ name: 'sandbox', args, more: { SANDBOX_STATE: world.state }, mendable: false })
  return ready(child, child.says(/^ready /))
}

type AppProcesses = { port: number; mendable: boolean }

async function startAppProcesses(launch: (what: Launch) => Child, { port, mendable }: AppProcesses): Promise<Child[]> {
  const web = launch({ name: 'app', args: ['app/web.server.ts'], more: { PORT: String(port) }, mendable })
  const worker = launch({ name: 'worker', args: ['app/worker.server.ts'], more: {}, mendable })
  return Promise.all([ready(web, answers(`http://127.0.0.1:${port}`)), ready(worker, worker.says(/\S/))])
}
