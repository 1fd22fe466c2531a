/**
 * `npm run demo`: a jeweler's shop on this machine. Starts the database, the sandbox's world, the app and its worker,
 * shows how far it is, and stops all of it on Ctrl-C.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { CannotStart, systemCode } from './cannot-start.ts'
import { type Choices, choicesOf, HELP } from './demo/choices.ts'
import { bringUp } from './demo/bring-up.ts'
import { onChanges } from './demo/reload.ts'
import { startedParts } from './demo/started.ts'
import { stepsOn } from './demo/steps.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const out = process.stdout

function inOneSentence(error: unknown): string {
  if (systemCode(error) === 'ENOSPC') return 'The disk is full: make room and start again.'
  return error instanceof Error ? error.message : String(error)
}

const complain = (error: unknown) => console.error(`\n  ${inOneSentence(error)}`)

const parts = startedParts({ goodbye: () => void out.write('\n  Stopping everything…\n'), complain })

function watchApp(renew: () => Promise<void>): void {
  const end = onChanges(join(ROOT, 'app'), { renew, trouble: complain })
  parts.started({ stop: async () => end() })
}

async function run(choices: Choices): Promise<void> {
  const { address, died, renew } = await bringUp({
    root: ROOT,
    choices,
    step: stepsOn(out, () => performance.now()),
    started: parts.started,
    complain,
  })
  out.write(`\n${welcome(address, choices)}\n`)
  if (choices.reload) watchApp(renew)
  // From here on only Ctrl-C, or something that breaks, ends the demo.
  throw new CannotStart(await died)
}

function welcome(address: string, { quiet }: Choices): string {
  const world = new URL('/', address).href
  const bold = (text: string) => (out.isTTY ? styleText('bold', text) : text)
  return `  Vitrine is ready. Open

    ${bold(address)}

  It is the app inside a stand-in of the Shopify admin, with the shop of a jeweler. There, connect Etsy and import.
  Then buy something: ${world} has the online store, the till and the Etsy shop.
  ${quiet ? 'Nobody buys by himself (--quiet).' : 'Buyers come by themselves now and then (--quiet for none).'}
  Ctrl-C stops everything; what happened is kept (--reset forgets it).
`
}

try {
  const choices = choicesOf(process.argv.slice(2))
  if (choices.help) out.write(`${HELP}\n`)
  else await run(choices)
} catch (error) {
  // While leaving, what breaks is what is being stopped.
  if (!parts.isLeaving()) complain(error)
  await parts.leave(1)
}
