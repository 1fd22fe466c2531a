import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { type Child, startChild } from '#sandbox/demo/child.ts'
import { environmentOf, type Environment } from '#sandbox/demo/environment.ts'
import { ready } from '#sandbox/demo/ready.ts'
import { readAppConfig } from '#sandbox/shopify/app-config.ts'
import { freshDatabase } from './database.ts'
import { demoPorts } from './free-ports.ts'
import { openRelay, type Relay } from './relay.ts'
import { builtApp, KEYS } from './web-process.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Everything as it runs in production, each part a process: the two shops, two web processes that take turns, a worker. */
export type Road = {
  /** Of Shopify and its pages. */
  origin: string
  /** Of Etsy and its pages. */
  etsyOrigin: string
  /** What came to the app, and what the app asked of Shopify and of Etsy. */
  asked: { app: Relay; shopify: Relay; etsy: Relay }
  /** Asks something of the sandbox; resolves with what it answers. */
  control: (act: string, body: object) => Promise<{ order?: string | number }>
  /** What the shops themselves show of a SKU. */
  shown: (sku: string) => Promise<{ shopify: number; etsy: number }>
  /** Ends every process in good order. */
  stop: () => Promise<void>
}

/** Builds the app, unless that is done, and starts it with an empty database and the shops of the first day. */
export async function openRoad(): Promise<Road> {
  await builtApp()
  const database = await freshDatabase()
  const port = await demoPorts()
  const config = await readAppConfig(join(ROOT, 'shopify.app.toml'))
  const env = environmentOf({ port, config, keys: KEYS, databaseUrl: database.url })
  const children: Child[] = []
  const start = (name: string, args: string[], more: Environment) => {
    const log = join(ROOT, '.data/logs', `road-${name}.log`)
    const child = startChild({ name: `The ${name}`, args, cwd: ROOT, env: { ...env, ...more }, log })
    children.push(child)
    return child
  }
  const [origin, etsyOrigin] = [port, port + 2].map((number) => `http://127.0.0.1:${number}`) as [string, string]
  const world = start('world', ['sandbox/main.ts', '--port', String(port), '--quiet'], {})
  await ready(world, world.says(/^ready /))
  const [shopify, etsy] = await Promise.all([openRelay([origin]), openRelay([etsyOrigin])])
  const outside = { SHOPIFY_ADDRESS: shopify.origin, ETSY_API_URL: etsy.origin, PORT: '0' }
  const worker = start('worker', ['app/worker.server.ts'], outside)
  const webs = ['web-1', 'web-2'].map((name) => addressOf(start(name, ['app/web.server.ts'], outside)))
  await ready(worker, worker.says(/\S/))
  const app = await openRelay(await Promise.all(webs), port + 1)
  return {
    origin,
    etsyOrigin,
    asked: { app, shopify, etsy },
    control: (act, body) => control(`${origin}/__sandbox/${act}`, body),
    shown: (sku) => shown(`${origin}/__sandbox/stock?sku=${sku}`),
    async stop() {
      await app.close()
      await Promise.all(children.map((child) => child.stop()))
      await Promise.all([shopify.close(), etsy.close(), database.drop()])
      expect(await Promise.all(children.map(({ ended }) => ended))).toEqual(children.map(() => 0))
    },
  }
}

async function addressOf(web: Child): Promise<string> {
  const said = web.says(/^web ready /)
  await ready(web, said)
  return (await said).replace('web ready ', '')
}

async function control(url: string, body: object): Promise<{ order?: string | number }> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  const said = await answer.text()
  expect(answer.status, said).toBe(200)
  return said ? JSON.parse(said) : {}
}

async function shown(url: string): Promise<{ shopify: number; etsy: number }> {
  const { shopify, etsy } = (await (await fetch(url)).json()) as { shopify: number; etsy: number[] }
  return { shopify, etsy: etsy[0] ?? 0 }
}
