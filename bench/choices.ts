import { parseArgs } from 'node:util'

/** What was asked for makes no sense; the message is one for a person. */
export class NotUnderstood extends Error {}

export type BenchChoices = {
  name: string
  /** How long to measure; each bench knows what is usual. */
  seconds: number | undefined
  /** Only this part of a bench that has several. */
  only: string | undefined
  /** How much to load, where it is not what is usual. */
  items: number | undefined
  movements: number | undefined
}

/** What every bench is given. */
export type Bench = Omit<BenchChoices, 'name'> & { say: (line: string) => void }

/** Reads `NAME [--seconds N] [--only PART] [--items N] [--movements N]`. Throws NotUnderstood. */
export function benchChoices(args: string[], names: string[]): BenchChoices {
  const usage = `npm run bench -- ${names.join('|')} [--seconds N] [--only PART] [--items N] [--movements N]`
  const { values, positionals } = parsed(args, usage)
  const [name, ...more] = positionals
  if (name === undefined || more.length > 0 || !names.includes(name)) throw new NotUnderstood(usage)
  const whole = (option: 'seconds' | 'items' | 'movements', digits: number) => {
    const text = values[option]
    return text === undefined ? undefined : wholeOf(text, { option, digits, usage })
  }
  const seconds = whole('seconds', MOST_DIGITS.seconds)
  return {
    name,
    only: values.only,
    seconds,
    items: whole('items', MOST_DIGITS.rows),
    movements: whole('movements', MOST_DIGITS.rows),
  }
}

function parsed(args: string[], usage: string) {
  const text = { type: 'string' } as const
  const options = { seconds: text, only: text, items: text, movements: text }
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch {
    throw new NotUnderstood(usage)
  }
}

const MOST_DIGITS = { seconds: 5, rows: 8 }

function wholeOf(text: string, { option, digits, usage }: { option: string; digits: number; usage: string }): number {
  if (!/^[1-9]\d*$/.test(text) || text.length > digits)
    throw new NotUnderstood(`--${option} takes a whole number, not ${text}. ${usage}`)
  return Number(text)
}
