import { describe, expect, it } from 'vitest'
import { systemClock } from '#app/kernel/system-clock.server.ts'
import { CannotStart } from '#sandbox/cannot-start.ts'
import { checkPorts, choicesOf } from '#sandbox/demo/choices.ts'
import { serve } from '#sandbox/http.ts'
import { demoPorts } from '#test/support/free-ports.ts'

const DEFAULTS = { port: 4100, quiet: false, reset: false, reload: false, help: false, data: undefined }

describe('the arguments of the demo', () => {
  it.each([
    [[], {}],
    [['--port', '5000'], { port: 5000 }],
    [['--port=5000', '--quiet'], { port: 5000, quiet: true }],
    [['--reset', '--reload'], { reset: true, reload: true }],
    [['--data', 'elsewhere'], { data: 'elsewhere' }],
    [['--help'], { help: true }],
  ])('%j are understood', (args, different) => {
    expect(choicesOf(args)).toEqual({ ...DEFAULTS, ...different })
  })

  it.each([[['--port', 'abc']], [['--port', '0']], [['--port', '65535']], [['--loud']], [['--port']], [['extra']]])(
    '%j are refused in one sentence',
    (args) => {
      expect(() => choicesOf(args)).toThrow(CannotStart)
      expect(() => choicesOf(args)).toThrow(/^[^\n]+\.$/)
    },
  )

  it('that are not known are named', () => {
    expect(() => choicesOf(['--loud'])).toThrow("Unknown option '--loud'. See --help.")
  })

  it('need four free ports in a row, and name the one that is taken', async () => {
    const first = await demoPorts()
    const taken = await serve(async () => new Response(), { port: first + 3, clock: systemClock })
    await expect(checkPorts(first)).rejects.toThrow(`Port ${taken.port} is in use`)
    await expect(checkPorts(taken.port)).rejects.toThrow(CannotStart)
    await taken.close()
    await checkPorts(first)
  })
})
