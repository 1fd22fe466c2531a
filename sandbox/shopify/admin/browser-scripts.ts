import { fileURLToPath } from 'node:url'
import { build, type Rollup } from 'vite'

const SCRIPTS = {
  'app-bridge': './bridge/app-bridge.ts',
  'app-page': './host/app-page.ts',
  live: './host/live.ts',
} as const

export type BrowserScript = keyof typeof SCRIPTS

const built = new Map<BrowserScript, Promise<string>>()

/**
 * One of the sandbox's scripts as the browser takes it: TypeScript from several files in one classic script, which is
 * what App Bridge has to be (a module would run after React). Built once, in about a quarter of a second.
 */
export function browserScript(name: BrowserScript): Promise<string> {
  const known = built.get(name) ?? bundle(fileURLToPath(new URL(SCRIPTS[name], import.meta.url)))
  built.set(name, known)
  return known
}

async function bundle(entry: string): Promise<string> {
  const made = await build({
    configFile: false,
    envFile: false,
    publicDir: false,
    logLevel: 'error',
    build: { write: false, minify: false, target: 'es2022', lib: { entry, formats: ['iife'], name: 'sandbox' } },
  })
  const [output] = (Array.isArray(made) ? made : [made]) as Rollup.RollupOutput[]
  const [chunk] = output?.output ?? []
  if (!chunk) throw new Error(`${entry} gave no script`)
  return chunk.code
}
