/**
 * What Shopify's CLI starts by shopify.web.toml when you run `npm run dev:shopify`: database, app and worker for a real
 * development store. No sandbox is among them; what it keeps is apart from the demo's.
 */
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { launcher, startApp } from './demo/app-processes.ts'
import { openDatabase, prepareDatabase } from './demo/database.ts'
import { checkRoom } from './demo/disk.ts'
import { keysIn } from './demo/keys.ts'
import { onChanges } from './demo/reload.ts'
import { startedParts } from './demo/started.ts'
import { stepsOn } from './demo/steps.ts'
import { storeFromCli } from './demo/store-environment.ts'
import { CannotStart } from './cannot-start.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')
const DATA = join(ROOT, '.data/development-store')

const complain = (error: unknown) => console.error(error instanceof Error ? error.message : String(error))
const parts = startedParts({ goodbye: () => {}, complain })

async function run(data: string): Promise<never> {
  const store = storeFromCli()
  const broken = Promise.withResolvers<string>()
  const { started } = parts
  const step = stepsOn(process.stdout, () => performance.now())
  await checkRoom(data)
  const database = await step('Database', () => openDatabase(data))
  started(database)
  void database.died.then(broken.resolve)
  await step('Migrations', (note) => prepareDatabase(database.url, note))
  const { CREDENTIALS_KEY: credentialsKey } = await keysIn(join(data, 'keys.json'))
  const env = store.environment({ databaseUrl: database.url, credentialsKey })
  const launch = launcher({ root: ROOT, data, env, started, broken: broken.resolve, complain })
  const { renew } = await startApp({ root: ROOT, data, port: store.port, mendable: true, launch, started, step })
  const end = onChanges(join(ROOT, 'app'), { renew, trouble: complain })
  started({ stop: async () => end() })
  console.log(`  Vitrine is ready. Open it in the store; logs are in ${join(data, 'logs')}.`)
  throw new CannotStart(await broken.promise)
}

try {
  const { values } = parseArgs({ options: { data: { type: 'string', default: DATA } } })
  await run(resolve(values.data))
} catch (error) {
  if (!parts.isLeaving()) complain(error)
  await parts.leave(1)
}
