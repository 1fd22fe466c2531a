import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { build, sourcesStamp } from '#sandbox/demo/build.ts'

/** A checkout with a builder that writes down that it ran, or complains. */
async function checkout(builder: string) {
  const root = await mkdtemp(join(tmpdir(), 'vitrine-build-'))
  onTestFinished(() => rm(root, { recursive: true }))
  const put = async (path: string, content: string) => {
    await mkdir(join(root, path, '..'), { recursive: true })
    await writeFile(join(root, path), content)
  }
  await put('app/routes/home.tsx', 'export default 1')
  await put('vite.config.ts', '')
  await put('node_modules/@remix-run/dev/dist/cli.js', builder)
  const notes: string[] = []
  const started: unknown[] = []
  const run = () =>
    build({ root, log: join(root, 'build.log'), note: (text) => notes.push(text), started: (one) => started.push(one) })
  return { root, put, run, notes, started }
}

const BUILDS = `const fs = require('node:fs'); fs.mkdirSync('build/server', { recursive: true }); fs.writeFileSync('build/server/index.js', '')`

describe('the build of the app', () => {
  it('is made the first time, and not again while the sources stay', async () => {
    const { run, notes, started } = await checkout(BUILDS)
    await run()
    expect([started.length, notes]).toEqual([1, []])
    await run()
    expect([started.length, notes]).toEqual([1, ['unchanged']])
  })

  it.each([
    ['a file changes', 'app/routes/home.tsx', 'export default 2'],
    ['a file comes', 'app/routes/other.tsx', ''],
    ['the settings change', 'vite.config.ts', 'export default {}'],
  ])('is made again when %s', async (_, path, content) => {
    const { run, put, started } = await checkout(BUILDS)
    await run()
    await put(path, content)
    await run()
    expect(started).toHaveLength(2)
  })

  it('is made again when it is gone', async () => {
    const { root, run, started } = await checkout(BUILDS)
    await run()
    await rm(join(root, 'build/server'), { recursive: true })
    await run()
    expect(started).toHaveLength(2)
  })

  it('that fails says why, and is tried again', async () => {
    const { run, put, started } = await checkout(`console.error('Unexpected token'); process.exit(1)`)
    await expect(run()).rejects.toThrow(/The app could not be built: Unexpected token\./)
    await put('node_modules/@remix-run/dev/dist/cli.js', BUILDS)
    await run()
    expect(started).toHaveLength(2)
  })

  it('takes the sources’ contents, wherever the checkout lies', async () => {
    const [one, other] = [await checkout(BUILDS), await checkout(BUILDS)]
    expect(await sourcesStamp(one.root)).toBe(await sourcesStamp(other.root))
  })
})
