import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { VirtualClock } from '#app/kernel/virtual-clock.ts'
import { CannotStart } from '#sandbox/cannot-start.ts'
import { keepState, readState } from '#sandbox/state-file.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitrine-state-'))
  path = join(folder, 'deep', 'world.json')
})
afterEach(() => rm(folder, { recursive: true }))

function keeper(at = path) {
  const clock = new VirtualClock(new Date(0))
  const world = { rings: 3 }
  const troubles: Error[] = []
  const file = keepState({
    path: at,
    clock,
    snapshot: () => world,
    withinMs: 1_000,
    onTrouble: (t) => troubles.push(t),
  })
  return { clock, world, file, troubles, later: (ms: number) => clock.runTo(new Date(clock.now().getTime() + ms)) }
}

describe('the state of the sandbox on the disk', () => {
  it('is read again as it was', async () => {
    const { file } = keeper()
    await file.flush()
    expect(await readState(path)).toEqual({ rings: 3 })
  })

  it('is nothing before it was ever kept', async () => {
    expect(await readState(path)).toBeUndefined()
  })

  it('is written within a second of a change, once for many changes', async () => {
    const { file, world, clock, later } = keeper()
    file.changed()
    await later(999)
    await expect(readFile(path)).rejects.toThrow('ENOENT')
    world.rings = 2
    file.changed()
    await later(1)
    await file.flush()
    expect(await readState(path)).toEqual({ rings: 2 })
    expect(clock.next()).toBeUndefined()
  })

  it('is for the owner of the checkout alone, and leaves nothing beside it', async () => {
    const { file } = keeper()
    await Promise.all([file.flush(), file.flush()])
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(await readdir(join(folder, 'deep'))).toEqual(['world.json'])
  })

  it('stays whole when a write fails, and the failure is one sentence', async () => {
    const { file, world } = keeper()
    await file.flush()
    const broken = keepState({
      path,
      clock: new VirtualClock(new Date(0)),
      snapshot: () => ({ ...world, ring: 1n }),
      onTrouble: () => {},
    })
    await expect(broken.flush()).rejects.toThrow()
    expect(await readState(path)).toEqual({ rings: 3 })
  })

  it('that cannot be written in the background is reported', async () => {
    await writeFile(join(folder, 'a-file'), '')
    const { file, later, troubles } = keeper(join(folder, 'a-file', 'world.json'))
    file.changed()
    await later(1_000)
    expect(troubles).toHaveLength(1)
    expect(troubles[0]).toBeInstanceOf(CannotStart)
    expect(troubles[0]?.message).toMatch(/^The sandbox cannot keep its state in .*\.$/)
  })

  it('that is cut off says how to start afresh', async () => {
    const { file } = keeper()
    await file.flush()
    await writeFile(path, (await readFile(path, 'utf8')).slice(0, -3))
    await expect(readState(path)).rejects.toThrow(CannotStart)
    await expect(readState(path)).rejects.toThrow('start afresh with: npm run demo -- --reset')
  })
})
