import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inflate } from '@sparticuz/chromium'

const PACKAGE = fileURLToPath(new URL('../../node_modules/@sparticuz/chromium', import.meta.url))
const CACHE = fileURLToPath(new URL('../../.cache', import.meta.url))

/** al2023 has the libraries a minimal Debian lacks (NSS, NSPR, expat). */
const ARCHIVES = ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']

// The package's own names only folders of AWS Lambda: without fonts of the system every text would be 0 pixels wide.
const fontsIn = (folder: string) => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts/fonts</dir><cachedir>${folder}/fonts-cache</cachedir></fontconfig>
`

export type Chromium = { executablePath: string; env: Record<string, string> }

/** The Chromium of the npm package, unpacked once, with an environment in which it needs nothing of the system but libc. */
export async function packedChromium(): Promise<Chromium> {
  const { version } = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')) as { version: string }
  const folder = join(CACHE, `chromium-${version}-whole`)
  if (!existsSync(folder)) await unpackInto(folder)
  return {
    executablePath: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'al2023/lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  }
}

// Renamed when it is whole, so that neither a run that was killed nor one at the same time leaves half a browser.
async function unpackInto(folder: string): Promise<void> {
  mkdirSync(CACHE, { recursive: true })
  const draft = mkdtempSync(`${folder}-`)
  await inTemporaryFolder(draft, () => Promise.all(ARCHIVES.map((name) => inflate(join(PACKAGE, 'bin', name)))))
  writeFileSync(join(draft, 'fonts.conf'), fontsIn(folder))
  if (existsSync(folder)) rmSync(draft, { recursive: true })
  else renameSync(draft, folder)
}

// `inflate` knows no other place than the temporary folder, and takes what lies there already, of whatever version.
async function inTemporaryFolder(folder: string, work: () => Promise<unknown>): Promise<void> {
  const before = process.env.TMPDIR
  process.env.TMPDIR = folder
  await work().finally(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  })
}
