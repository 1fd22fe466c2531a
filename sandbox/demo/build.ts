import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CannotStart } from '../cannot-start.ts'
import { startChild, type Started } from './child.ts'

/** What the built app is made from. */
const SOURCES = ['app', 'vite.config.ts', 'tsconfig.json', 'package-lock.json']
const BUILT = 'build/server/index.js'
const STAMP = 'build/stamp'

/** A fingerprint of the sources' contents: times of files say nothing after a checkout. */
export async function sourcesStamp(root: string): Promise<string> {
  const hash = createHash('sha256')
  for (const source of SOURCES)
    for (const file of await filesOf(root, source)) {
      hash.update(`${file}\0`)
      hash.update(await readFile(join(root, file)))
    }
  return hash.digest('hex')
}

async function filesOf(root: string, source: string): Promise<string[]> {
  const entries = await readdir(join(root, source), { withFileTypes: true, recursive: true }).catch(() => undefined)
  if (!entries) return existsSync(join(root, source)) ? [source] : []
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return files.map((file) => file.slice(root.length + 1)).sort()
}

export type Build = { root: string; log: string; note: (text: string) => void; started: Started }

/** Builds the app, unless `build/` was made from just these sources. */
export async function build({ root, log, note, started }: Build): Promise<void> {
  const stamp = await sourcesStamp(root)
  if (await isBuilt(root, stamp)) return note('unchanged')
  const remix = join(root, 'node_modules/@remix-run/dev/dist/cli.js')
  const env = { ...process.env, NODE_ENV: 'production' }
  const child = startChild({ name: 'The build', args: [remix, 'vite:build'], cwd: root, env, log })
  started(child)
  const code = await child.ended
  if (code !== 0) throw new CannotStart(`The app could not be built: ${child.lastWords()}. More in ${log}.`)
  await writeFile(join(root, STAMP), stamp)
}

async function isBuilt(root: string, stamp: string): Promise<boolean> {
  if (!existsSync(join(root, BUILT))) return false
  return (await readFile(join(root, STAMP), 'utf8').catch(() => '')) === stamp
}
