/** What the code needs of a log; pino's has it. */
export type Log = {
  [Level in 'debug' | 'info' | 'warn' | 'error']: (fields: object, sentence: string) => void
}
