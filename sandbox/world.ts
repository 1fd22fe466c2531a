import { startBuyers } from './buyers.ts'
import { closable } from './closable-clock.ts'
import type { EtsySandbox } from './etsy/sandbox.ts'
import { type Fetch, serve, type Served } from './http.ts'
import { seeded } from './jeweler/chance.ts'
import { openChannels } from './open-channels.ts'
import type { ShopifySandbox } from './shopify/sandbox.ts'
import type { SquareSandbox } from './square/sandbox.ts'
import { shopifySide } from './shopify-side.ts'
import { keepState, readState, type StateFile } from './state-file.ts'
import type { Knobs } from './town.ts'
import type { WorldOptions } from './world-options.ts'

/** Shopify, Etsy, Square, their pages and their buyers, listening. */
export type World = {
  /** Shopify's address, which has the front page too. */
  origin: string
  etsyOrigin: string
  squareOrigin: string
  shopify: ShopifySandbox
  etsy: EtsySandbox
  square: SquareSandbox
  knobs: Knobs
  /** The app in the admin of the first store. */
  appAddress: string
  close: () => Promise<void>
}

/** Starts the world. Throws CannotStart when a port is taken or the state is spoilt. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { ports, app } = options
  const clock = closable(options.clock)
  const state: { file?: StateFile } = {}
  const saved = options.stateFile ? await readState(options.stateFile) : undefined
  const channels = openChannels({ ...options, clock }, { saved, onChange: () => state.file?.changed() })
  if (options.stateFile) {
    state.file = keepState({ path: options.stateFile, clock, snapshot: channels.save, onTrouble: options.onTrouble })
    await state.file.flush()
  }
  const { shopify, etsy, square } = channels
  const knobs: Knobs = { latencyMs: options.latencyMs ?? 0, staleTokens: 0, tokenSeconds: 60 }
  const buyers = startBuyers({ clock, shopify, etsy, random: seeded(options.seed) })
  if (!options.quiet) buyers.come()
  const listen = (fetch: Fetch, port: number) => serve(fetch, { port, clock, latencyMs: callsTake(knobs) })
  const etsyServer = await listen(etsy.fetch, ports.etsy)
  const squareServer = await listen(square.fetch, ports.square).catch((error) => closeAfter(error, [etsyServer]))
  const origins = { etsyOrigin: etsyServer.origin, squareOrigin: squareServer.origin }
  const town = { shopify, etsy, square, ...origins, app, knobs, buyers }
  const others = [etsyServer, squareServer]
  const server = await listen(shopifySide(town), ports.shopify).catch((error) => closeAfter(error, others))
  return {
    origin: server.origin,
    ...origins,
    shopify,
    etsy,
    square,
    knobs,
    appAddress: `${server.origin}/store/${channels.firstStore}/apps/${app.handle}/app`,
    async close() {
      buyers.stay()
      await Promise.all([server, ...others].map((one) => one.close()))
      await state.file?.flush()
      clock.close()
    },
  }
}

async function closeAfter(error: unknown, others: Served[]): Promise<never> {
  await Promise.all(others.map((one) => one.close()))
  throw error
}

const API_CALL = /^\/(admin|v2|v3)\//

const callsTake = (knobs: Knobs) => (request: Request) =>
  API_CALL.test(new URL(request.url).pathname) ? knobs.latencyMs : 0
