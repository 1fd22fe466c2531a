import { describe, expect, it } from 'vitest'
import { stepsOn } from '#sandbox/demo/steps.ts'

function screen(isTTY: boolean) {
  let text = ''
  let now = 0
  const step = stepsOn({ write: (more) => (text += more), isTTY }, () => now)
  return { step, passes: (ms: number) => (now += ms), text: () => text }
}

describe('the steps shown', () => {
  it('are one line each, with what was noted and how long it took', async () => {
    const { step, passes, text } = screen(false)
    await step('Database', async (note) => {
      note('running')
      passes(1_640)
    })
    expect(text()).toBe('  ✓ Database, running 1.6 s\n')
  })

  it('are there on a terminal while they last', async () => {
    const { step, text } = screen(true)
    await step('Build', async () => expect(text()).toBe('  … Build'))
    expect(text()).toMatch(/^ {2}… Build\r.*✓.* Build .*s.*\n$/)
  })

  it('that fail are marked, and pass on why', async () => {
    const { step, text } = screen(false)
    await expect(step('Ports', () => Promise.reject(new Error('taken')))).rejects.toThrow('taken')
    expect(text()).toBe('  ✗ Ports 0.0 s\n')
  })
})
