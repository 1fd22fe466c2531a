import { styleText } from 'node:util'

type Screen = { write: (text: string) => unknown; isTTY?: boolean }

/** Says what is being done, and how long it took. */
export function stepsOn(screen: Screen, now: () => number) {
  const faint = (text: string) => (screen.isTTY ? styleText('dim', text) : text)
  const good = screen.isTTY ? styleText('green', '✓') : '✓'
  const bad = screen.isTTY ? styleText('red', '✗') : '✗'
  return async function step<T>(what: string, act: (note: (text: string) => void) => Promise<T>): Promise<T> {
    const started = now()
    let noted = ''
    // On a terminal the line is written over when the step is done; elsewhere each step is one line.
    if (screen.isTTY) screen.write(`  … ${what}`)
    const line = (mark: string) => {
      const seconds = ((now() - started) / 1000).toFixed(1)
      screen.write(`${screen.isTTY ? '\r' : ''}  ${mark} ${what}${noted && `, ${noted}`} ${faint(`${seconds} s`)}\n`)
    }
    try {
      const result = await act((text) => (noted = text))
      line(good)
      return result
    } catch (error) {
      line(bad)
      throw error
    }
  }
}

export type Step = ReturnType<typeof stepsOn>
