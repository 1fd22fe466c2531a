import { parseArgs } from 'node:util'

/** What was asked for makes no sense; the message is one for a person. */
export class NotUnderstood extends Error {}

export type BenchChoices = {
  name: string
  /** How long to measure; each bench knows what is usual. */
  seconds: number | undefined
  /** Only this part of a bench that has several. */
  only: string | undefined
}

/** What every bench is given. */
export type Bench = Omit<BenchChoices, 'name'> & { say: (line: string) => void }

/** Reads `NAME [--seconds N] [--only PART]`. Throws NotUnderstood. */
export function benchChoices(args: string[], names: string[]): BenchChoices {
  const usage = `npm run bench -- ${names.join('|')} [--seconds N] [--only PART]`
  const { values, positionals } = parsed(args, usage)
  const [name, ...more] = positionals
  if (name === undefined || more.length > 0 || !names.includes(name)) throw new NotUnderstood(usage)
  return {
    name,
    only: values.only,
    seconds: values.seconds === undefined ? undefined : secondsOf(values.seconds, usage),
  }
}

function parsed(args: string[], usage: string) {
  const options = { seconds: { type: 'string' }, only: { type: 'string' } } as const
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch {
    throw new NotUnderstood(usage)
  }
}

function secondsOf(text: string, usage: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new NotUnderstood(`--seconds takes a whole number, not ${text}. ${usage}`)
  return Number(text)
}
