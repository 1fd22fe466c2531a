import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import type { Clock } from '#app/kernel/clock.ts'
import { CannotStart, systemCode } from './cannot-start.ts'

/** A service as a function: what every part of the sandbox is, in process and behind a port. */
export type Fetch = (request: Request) => Promise<Response>

export type Served = {
  /** `http://127.0.0.1:<port>` */
  origin: string
  port: number
  /** Takes no new request, lets the running ones end, cuts those that hold a stream open. */
  close(): Promise<void>
}

export type ServeOptions = {
  /** 0 takes any free port. */
  port: number
  clock: Clock
  /** Milliseconds of network, there and back together, that a request shall seem to take. */
  latencyMs?: (request: Request) => number
}

const CLOSING_MS = 500

/** Serves on 127.0.0.1. Throws CannotStart when the port is taken. */
export async function serve(fetch: Fetch, { port, clock, latencyMs = () => 0 }: ServeOptions): Promise<Served> {
  const travel = (ms: number) => (ms > 0 ? new Promise<void>((arrived) => clock.after(ms, arrived)) : undefined)
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const request = await toRequest(incoming, outgoing)
    // Half before and half after: what the service does happens in the middle of the journey, as it would.
    const half = latencyMs(request) / 2
    await travel(half)
    const response = await fetch(request).catch(mistake)
    await travel(half)
    await send(response, outgoing)
  }
  // A visitor who breaks off in the middle of a request is nobody's mistake.
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing).catch(() => outgoing.destroy()))
  server.listen(port, '127.0.0.1')
  await listening(server, port)
  const taken = (server.address() as AddressInfo).port
  return { origin: `http://127.0.0.1:${taken}`, port: taken, close: () => close(server, clock) }
}

async function listening(server: Server, port: number): Promise<void> {
  try {
    await once(server, 'listening')
  } catch (error) {
    if (systemCode(error) !== 'EADDRINUSE' && systemCode(error) !== 'EACCES') throw error
    throw new CannotStart(`Port ${port} is not free on 127.0.0.1: stop what uses it, or choose another with --port.`)
  }
}

async function toRequest(incoming: IncomingMessage, outgoing: ServerResponse): Promise<Request> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const gone = new AbortController()
  outgoing.once('close', () => outgoing.writableFinished || gone.abort())
  const { method = 'GET', headers } = incoming
  const body = method === 'GET' || method === 'HEAD' ? undefined : Buffer.concat(chunks)
  const url = new URL(incoming.url ?? '/', `http://${headers.host ?? '127.0.0.1'}`)
  return new Request(url, { method, headers: pairs(headers), body, signal: gone.signal })
}

function pairs(headers: IncomingMessage['headers']): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((v): [string, string] => [name, v]),
  )
}

async function send(response: Response, outgoing: ServerResponse): Promise<void> {
  const headers = new Map<string, string | string[]>(response.headers)
  // A Headers object joins cookies with a comma, which no browser can take apart again.
  if (headers.has('set-cookie')) headers.set('set-cookie', response.headers.getSetCookie())
  outgoing.writeHead(response.status, Object.fromEntries(headers))
  if (!response.body) return void outgoing.end()
  // A stream may say nothing for a while: its reader shall know at once that it is open.
  outgoing.flushHeaders()
  // A reader that leaves in the middle is no error of the service.
  await pipeline(Readable.fromWeb(response.body as NodeStream), outgoing).catch(() => {})
}

function mistake(error: unknown): Response {
  console.error('sandbox:', error)
  return new Response(`The sandbox made a mistake: ${error instanceof Error ? error.message : String(error)}`, {
    status: 500,
  })
}

async function close(server: Server, clock: Clock): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const callOff = clock.after(CLOSING_MS, () => server.closeAllConnections())
  await closed
  callOff()
}
