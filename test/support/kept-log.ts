import type { Log } from '#app/kernel/log.ts'

/** A log that keeps what it is told. */
export function keptLog(): Log & { said: { level: string; sentence: string; fields: object }[] } {
  const said: { level: string; sentence: string; fields: object }[] = []
  const at = (level: string) => (fields: object, sentence: string) => void said.push({ level, sentence, fields })
  return { said, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
