import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))

export type GenerateClient = {
  checkout?: string
  /** Where the schema says the client goes. */
  folder?: string
}

/**
 * Writes Prisma's client into node_modules if it is not there, or was made from another schema or by another
 * Prisma; says whether it did. Takes milliseconds when there is nothing to do, and never the network.
 */
export function generateClient({ checkout = CHECKOUT, folder = 'node_modules/.prisma/client' }: GenerateClient = {}) {
  const command = createRequire(join(checkout, 'package.json')).resolve('prisma/build/index.js')
  const made = fingerprint(checkout, command)
  // Among the generated files: a fresh `npm ci` takes it away together with them.
  const stamp = join(checkout, folder, 'made-from')
  if (readOrNothing(stamp) === made) return false
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, 'generate', '--no-hints'], {
    cwd: checkout,
    env: { ...process.env, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1' },
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`Prisma's client could not be generated:\n${stdout}${stderr}`)
  writeFileSync(stamp, made)
  return true
}

function fingerprint(checkout: string, command: string): string {
  const hash = createHash('sha256')
  hash.update(readFileSync(join(checkout, 'prisma/schema.prisma')))
  hash.update(readFileSync(join(dirname(command), '../package.json')))
  return hash.digest('hex')
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

if (import.meta.main && generateClient()) console.log("Prisma's client is up to date with prisma/schema.prisma.")
