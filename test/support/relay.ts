import { once } from 'node:events'
import { createServer, type IncomingMessage, request as ask, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'

/** A request that went through, as far as tests want to know. */
export type Passed = {
  method: string
  path: string
  body: string
  bearer: string | undefined
  /** Which of the servers had it. */
  server: number
  status: number
}

export type Relay = { origin: string; passed: Passed[]; close: () => Promise<void> }

/** A visitor who sends this header stays with one server; the others' requests take turns. */
export const SERVER_HEADER = 'x-relay-to'

/** Stands before one server or several and keeps account of what goes through. `port` 0 takes any. */
export async function openRelay(servers: string[], port = 0): Promise<Relay> {
  const passed: Passed[] = []
  let turn = 0
  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const chosen = incoming.headers[SERVER_HEADER]
    const server = chosen === undefined ? turn++ % servers.length : Number(chosen)
    const body = Buffer.concat((await incoming.toArray()) as Buffer[])
    const { method = 'GET', url: path = '/', headers } = incoming
    // A connection each: one kept open would hold up the server that is told to stop.
    const onward = ask(new URL(path, servers[server]), { method, headers, agent: false })
    outgoing.once('close', () => onward.destroy())
    const [answer] = (await once(onward.end(body), 'response')) as [IncomingMessage]
    const status = answer.statusCode ?? 0
    passed.push({ method, path, body: String(body), bearer: headers.authorization, server, status })
    await pipeline(
      answer.once('error', () => {}),
      outgoing.writeHead(status, answer.headers),
    )
  }
  // A visitor who leaves in the middle, or a server that does, is nobody's mistake here.
  const server = createServer((incoming, outgoing) => void pass(incoming, outgoing).catch(() => outgoing.destroy()))
  await once(server.listen(port, '127.0.0.1'), 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
