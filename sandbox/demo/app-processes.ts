import { join } from 'node:path'
import { generateClient } from '#prisma/generate-client.ts'
import { build } from './build.ts'
import { type Child, startChild, type Started } from './child.ts'
import type { Environment } from './environment.ts'
import { answers, ready } from './ready.ts'
import type { Step } from './steps.ts'

/** A process of the demo. `mendable`: the others go on without it until it is started anew. */
export type Launch = { name: string; args: string[]; more?: Environment; mendable?: boolean }

export type LauncherOptions = {
  root: string
  /** The folder that has `logs` in it. */
  data: string
  env: Environment
  /** Is handed everything that was started, in order. */
  started: Started
  /** Is told, in a sentence, that a process nobody can do without has ended by itself. */
  broken: (sentence: string) => void
  /** Is told of one that may be mended: an app that is being worked on. */
  complain: (sentence: string) => void
}

/** Starts processes of this checkout in one environment, each with its log. */
export function launcher({ root, data, env, started, broken, complain }: LauncherOptions): (launch: Launch) => Child {
  return ({ name, args, more, mendable }) => {
    const log = join(data, 'logs', `${name}.log`)
    const child = startChild({ name: `The ${name}`, args, cwd: root, env: { ...env, ...more }, log })
    started(child)
    void child.died.then(mendable ? complain : broken)
    return child
  }
}

export type AppOptions = {
  root: string
  data: string
  /** Where the web process listens. */
  port: number
  mendable: boolean
  launch: (launch: Launch) => Child
  started: Started
  step: Step
}

/** Builds the app and starts it and its worker; `renew` does so again, from today's sources. Throws one sentence. */
export async function startApp(options: AppOptions): Promise<{ renew: () => Promise<void> }> {
  const { root, data, step, started } = options
  const made = () =>
    step('Build of the app', async (note) => {
      generateClient()
      await build({ root, log: join(data, 'logs', 'build.log'), note, started })
    })
  await made()
  const start = () => step('App and worker', () => startProcesses(options))
  let running = await start()
  return {
    async renew() {
      await made()
      await Promise.all(running.map((child) => child.stop()))
      running = []
      running = await start()
    },
  }
}

function startProcesses({ port, mendable, launch }: AppOptions): Promise<Child[]> {
  const web = launch({ name: 'app', args: ['app/web.server.ts'], more: { PORT: String(port) }, mendable })
  const worker = launch({ name: 'worker', args: ['app/worker.server.ts'], mendable })
  return Promise.all([ready(web, answers(`http://127.0.0.1:${port}`)), ready(worker, worker.says(/\S/))])
}
