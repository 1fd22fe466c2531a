/**
 * The world cannot be set up for a reason a person can mend: a taken port, a full disk, a spoilt file. Its message is
 * one sentence for that person; entry files print it alone, without a stack, and leave with a non-zero code.
 */
export class CannotStart extends Error {}

/** The code of an error of the operating system ("EADDRINUSE", "ENOSPC"), if it is one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
