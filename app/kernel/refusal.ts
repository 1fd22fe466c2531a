/** Something asked for in good order that cannot be given: short, held, already sold. It changes nothing. */
export type Refusal = { refused: true; code: string; sentence: string }

/** Makes a refusal. `code` is for programs, `sentence` for the person who asked. */
export const refuse = (code: string, sentence: string): Refusal => ({ refused: true, code, sentence })

export const isRefusal = (value: unknown): value is Refusal =>
  typeof value === 'object' && value !== null && 'refused' in value && value.refused === true
