/**
 * Runs the world as a process: `node sandbox/main.ts --port N [--quiet] [--seed N] [--latency MS]`. Keys and the app's
 * address come from the environment, by the app's own names; SANDBOX_STATE says where the state is kept. Prints
 * `ready <address of the app>` when everything listens.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { systemClock, systemRandom } from '#app/kernel/system-clock.server.ts'
import { readAppConfig } from './shopify/app-config.ts'
import { startWorld } from './world.ts'

const environment = z.object({
  SHOPIFY_APP_URL: z.url(),
  SHOPIFY_API_KEY: z.string().min(1),
  SHOPIFY_API_SECRET: z.string().min(1),
  ETSY_KEYSTRING: z.string().min(1),
  ETSY_SHARED_SECRET: z.string().min(1),
  ETSY_WEBHOOK_SECRET: z.string().startsWith('whsec_'),
  SQUARE_APPLICATION_ID: z.string().min(1),
  SQUARE_APPLICATION_SECRET: z.string().min(1),
  SQUARE_WEBHOOK_KEY: z.string().min(1),
  SANDBOX_STATE: z.string().optional(),
})

const number = (least: number) => z.coerce.number().int().min(least)
const choices = z.object({ port: number(1), seed: number(0), latency: number(0), quiet: z.boolean() })

function fail(error: unknown): never {
  // Whoever started this process shows the last line of what it complained of.
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
}

async function start() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4100' },
      seed: { type: 'string', default: '1' },
      latency: { type: 'string', default: '0' },
      quiet: { type: 'boolean', default: false },
    },
  })
  const { port, seed, latency, quiet } = choices.parse(values)
  const env = environment.parse(process.env)
  const config = await readAppConfig(fileURLToPath(new URL('../shopify.app.toml', import.meta.url)))
  return startWorld({
    clock: systemClock,
    random: systemRandom,
    app: {
      ...config,
      url: env.SHOPIFY_APP_URL,
      apiKey: env.SHOPIFY_API_KEY,
      apiSecret: env.SHOPIFY_API_SECRET,
      etsyKeystring: env.ETSY_KEYSTRING,
      etsySharedSecret: env.ETSY_SHARED_SECRET,
      etsyWebhookSecret: env.ETSY_WEBHOOK_SECRET,
      squareApplicationId: env.SQUARE_APPLICATION_ID,
      squareApplicationSecret: env.SQUARE_APPLICATION_SECRET,
      squareWebhookKey: env.SQUARE_WEBHOOK_KEY,
    },
    ports: { shopify: port, etsy: port + 2, square: port + 3 },
    seed,
    latencyMs: latency,
    quiet,
    ...(env.SANDBOX_STATE && { stateFile: env.SANDBOX_STATE }),
    onTrouble: fail,
  })
}

const world = await start().catch(fail)
console.log(`ready ${world.appAddress}`)

let closing = false
function stop(): void {
  if (closing) return
  closing = true
  world.close().then(() => process.exit(0), fail)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
// The launcher is gone, however it went: a world without it would hold the ports for ever.
process.once('disconnect', stop)
