import { describe, expect, it } from 'vitest'
import type { Step } from '../../bench/simulate/life.ts'
import { shrink } from '../../bench/simulate/shrink.ts'

const stepsOf = (actions: string): Step[] => [...actions].map((action, seed) => ({ action, seed, gapMs: 10 }))
const actionsOf = (script: Step[]) => script.map(({ action }) => action).join('')

describe('a script that fails', () => {
  it.each([
    ['because of one step', 'aaaaXaaaaaaaa', /X/, 'X'],
    ['because of one step after another, far away', 'aaXaaaaaaaaaaaYa', /X.*Y/, 'XY'],
    ['because of three of a kind', 'aZaaZaaaaZaaZ', /(Z.*){3}/, 'ZZZ'],
  ])('%s is reduced to what it takes', async (_, actions, failing, smallest) => {
    const { script } = await shrink(stepsOf(actions), (part) => Promise.resolve(failing.test(actionsOf(part))), 500)
    expect(actionsOf(script)).toBe(smallest)
  })
  it('takes as long as it took', async () => {
    const { script } = await shrink(stepsOf('aaaXaaa'), (part) => Promise.resolve(actionsOf(part).includes('X')), 500)
    expect(script).toEqual([{ action: 'X', seed: 3, gapMs: 40 }])
  })
  it('is tried no more often than is allowed', async () => {
    let tries = 0
    const all = stepsOf('abcdefghijklmnop')
    const end = await shrink(all, () => Promise.resolve((tries += 1) < 0), 5)
    expect({ ...end, tries }).toEqual({ script: all, tries: 5 })
  })
})
