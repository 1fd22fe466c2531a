import { once } from 'node:events'
import { createServer } from 'node:net'
import { parseArgs } from 'node:util'
import { CannotStart } from '../cannot-start.ts'

/** How the demo is to run, as its arguments say. */
export type Choices = {
  port: number
  quiet: boolean
  reset: boolean
  reload: boolean
  data: string | undefined
  help: boolean
}

const DEFAULT_PORT = 4100
/** Shopify's; the app, Etsy and Square take those above. */
const PORTS_TAKEN = 4

export const HELP = `npm run demo -- [options]
  --port N   first of four ports in a row on 127.0.0.1 (default ${DEFAULT_PORT})
  --quiet    no buyers: nothing is sold unless you sell it
  --reset    forget everything and start afresh
  --data DIR where everything is kept (default .data)
  --reload   build and start the app anew whenever a file of it changes`

const options = {
  port: { type: 'string', default: String(DEFAULT_PORT) },
  quiet: { type: 'boolean', default: false },
  reset: { type: 'boolean', default: false },
  reload: { type: 'boolean', default: false },
  data: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const

/** Reads the command line. Throws CannotStart with one sentence for what it does not understand. */
export function choicesOf(args: string[]): Choices {
  const { port, ...others } = parsed(args)
  const number = Number(port)
  if (!Number.isInteger(number) || number < 1 || number + PORTS_TAKEN - 1 > 65_535)
    throw new CannotStart(`--port takes a whole number from 1 to ${65_536 - PORTS_TAKEN}, not "${port}".`)
  return { data: undefined, ...others, port: number }
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options }).values
  } catch (error) {
    throw new CannotStart(
      `${error instanceof Error ? error.message.replace(/\. To specify .*$/, '') : error}. See --help.`,
    )
  }
}

/** Throws CannotStart, naming the port, when one of the four is not free on 127.0.0.1. */
export async function checkPorts(first: number): Promise<void> {
  for (let port = first; port < first + PORTS_TAKEN; port++) {
    const server = createServer().listen(port, '127.0.0.1')
    const error = await Promise.race([once(server, 'listening').then(() => undefined), once(server, 'error')]).catch(
      (e) => e,
    )
    if (error)
      throw new CannotStart(`Port ${port} is in use: is the demo running already? Choose another with --port N.`)
    server.close()
    await once(server, 'close')
  }
}
