import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CannotStart } from '#sandbox/cannot-start.ts'
import { checkRoom } from '#sandbox/demo/disk.ts'

describe('the disk of the demo', () => {
  it('is asked before anything is written, and its folder is its owner’s alone', async () => {
    const parent = await mkdtemp(join(tmpdir(), 'vitrine-disk-'))
    onTestFinished(() => rm(parent, { recursive: true }))
    const folder = join(parent, 'data')
    await checkRoom(folder, 1)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    const full = checkRoom(folder, 1e12)
    await expect(full).rejects.toThrow(CannotStart)
    await expect(full).rejects.toThrow(
      /^The disk is full: \d+ MB are left at .*data, \d+ are needed\. Make room and start again\.$/,
    )
  })
})
