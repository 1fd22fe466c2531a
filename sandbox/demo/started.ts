import type { Started } from './child.ts'

export type StartedParts = {
  /** Is told of each part in the order of their starts. */
  started: Started
  /** Stops all parts, once however often it is asked to, and ends this process. */
  leave: (code: number) => Promise<void>
  isLeaving: () => boolean
}

export type StartedPartsOptions = {
  /** Told once, when a signal asks this process to end. */
  goodbye: () => void
  complain: (error: unknown) => void
}

/** The parts that a launcher has started. Ctrl-C, or another request to end, stops them. */
export function startedParts({ goodbye, complain }: StartedPartsOptions): StartedParts {
  const parts: Parameters<Started>[0][] = []
  let leaving: Promise<void> | undefined
  const stopAll = async (code: number) => {
    const [database, ...others] = parts.splice(0)
    // The database came first and goes last: until then somebody may be writing.
    await Promise.all(others.map(({ stop }) => stop().catch(complain)))
    await database?.stop().catch(complain)
    process.exit(code)
  }
  const leave = (code: number) => (leaving ??= stopAll(code))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!leaving && parts.length > 0) goodbye()
      void leave(0)
    })
  }
  return { started: (part) => void parts.push(part), leave, isLeaving: () => leaving !== undefined }
}
