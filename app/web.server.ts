import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createRequestHandler } from '@remix-run/express'
import type { ServerBuild } from '@remix-run/node'
import express, { type Express, type RequestHandler, type Response } from 'express'
import { env } from './env.server.ts'
import { systemClock } from './kernel/system-clock.server.ts'
import { log } from './log.server.ts'
import { shopifyAddresses } from './shopify-addresses.server.ts'

// The entry of a web process: `node app/web.server.ts`, after `remix vite:build`. It imports nothing of the app that
// holds a connection: those modules are in the built bundle, and would be there twice.

const BUILD = new URL('../build/', import.meta.url)
const CLIENT = fileURLToPath(new URL('client', BUILD))
const FINISH_WITHIN_MS = 5_000

// Answers that last as long as a page is open. When the process stops they are cut, and the page asks another one.
const streams = new Set<Response>()
const keepTrack: RequestHandler = (_request, response, next) => {
  streams.add(response)
  response.once('close', () => streams.delete(response))
  next()
}

function website(build: ServerBuild): Express {
  const { ADMIN_ORIGIN, APP_BRIDGE_URL, NODE_ENV } = env()
  const app = express()
  app.disable('x-powered-by')
  app.get('/healthz', (_request, response) => void response.type('text').send('ok'))
  app.use(shopifyAddresses({ adminOrigin: ADMIN_ORIGIN, appBridgeUrl: APP_BRIDGE_URL }))
  // The names of built files hold a hash of their content.
  app.use('/assets', express.static(`${CLIENT}/assets`, { immutable: true, maxAge: '1y', fallthrough: false }))
  app.get('/api/live', keepTrack)
  const answer = createRequestHandler({ build, mode: NODE_ENV })
  app.all('*', (request, response, next) => void answer(request, response, next))
  return app
}

async function listen(app: Express): Promise<Server> {
  const { HOST, PORT } = env()
  const server = app.listen(PORT, HOST)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  // The ready line, for whoever started the process; the only one that is not JSON.
  process.stdout.write(`web ready http://${HOST}:${port}\n`)
  return server
}

/** Lets the requests that run come to their end, at most five seconds, and the process with them. */
function stop(server: Server): void {
  server.close(() => process.exit(0))
  systemClock.after(FINISH_WITHIN_MS, () => process.exit(0))
  server.closeIdleConnections()
  for (const stream of streams) stream.destroy()
}

async function start(): Promise<void> {
  const build = (await import(new URL('server/index.js', BUILD).href)) as ServerBuild
  const server = await listen(website(build))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop(server))
  // The launcher that holds the other end is gone: nobody else would stop this process.
  if (process.connected) process.once('disconnect', () => stop(server))
}

start().catch((error: Error) => {
  log.fatal({ err: error }, 'The web process cannot start.')
  process.exit(1)
})
