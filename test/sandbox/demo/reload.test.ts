import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { onChanges } from '#sandbox/demo/reload.ts'

/** A folder that is watched; each renewal lasts until it is told to end. */
async function watched() {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-reload-'))
  await mkdir(join(folder, 'routes'))
  const renewals: PromiseWithResolvers<void>[] = []
  const troubles: unknown[] = []
  const end = onChanges(folder, {
    renew() {
      const renewal = Promise.withResolvers<void>()
      renewals.push(renewal)
      return renewal.promise
    },
    trouble: (error) => troubles.push(error),
  })
  onTestFinished(async () => {
    end()
    for (const renewal of renewals) renewal.resolve()
    await rm(folder, { recursive: true })
  })
  const write = (name: string) => writeFile(join(folder, name), String(renewals.length))
  const begun = (times: number) => expect.poll(() => renewals.length, { timeout: 5_000 }).toBe(times)
  return { renewals, troubles, write, begun }
}

describe('an app that is being worked on', () => {
  it('is renewed once for what was saved together, below folders too', async () => {
    const { write, begun, renewals } = await watched()
    await Promise.all([write('a.ts'), write('b.ts'), write('routes/c.tsx')])
    await begun(1)
    renewals[0]?.resolve()
    await write('a.ts')
    await begun(2)
  })

  it('is not renewed twice at a time: what is saved meanwhile waits', async () => {
    const { write, begun, renewals } = await watched()
    await write('a.ts')
    await begun(1)
    await write('b.ts')
    expect(renewals).toHaveLength(1)
    renewals[0]?.resolve()
    await begun(2)
  })

  it('is renewed again after a renewal failed', async () => {
    const { write, begun, renewals, troubles } = await watched()
    await write('a.ts')
    await begun(1)
    renewals[0]?.reject(new Error('does not build'))
    await expect.poll(() => troubles).toHaveLength(1)
    await write('a.ts')
    await begun(2)
  })
})
