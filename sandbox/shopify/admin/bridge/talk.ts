import type { AdminSays, FrameSays, Question } from '../messages.ts'

export type Talk = {
  tell: (message: FrameSays) => void
  ask: (question: Question) => Promise<unknown>
  /** Hears one kind of what the admin says. */
  hear: <K extends AdminSays['bridge']>(kind: K, then: (message: Extract<AdminSays, { bridge: K }>) => void) => void
}

/** The line to the admin at `origin`, which is the window around this frame. */
export function talkTo(origin: string): Talk {
  const waiting = new Map<number, (result: unknown) => void>()
  const hearers: { kind: string; then: (message: AdminSays) => void }[] = []
  let asked = 0

  addEventListener('message', (event: MessageEvent<AdminSays>) => {
    if (event.origin !== origin || event.source !== window.parent) return
    const message = event.data
    if (message.bridge === 'answer') {
      waiting.get(message.id)?.(message.result)
      waiting.delete(message.id)
    }
    for (const { kind, then } of hearers) if (kind === message.bridge) then(message)
  })

  const tell = (message: FrameSays) => window.parent.postMessage(message, origin)
  return {
    tell,
    ask: (question) =>
      new Promise((resolve) => {
        waiting.set(++asked, resolve)
        tell({ bridge: 'ask', id: asked, question })
      }),
    hear: (kind, then) => {
      hearers.push({ kind, then: (message) => then(message as Parameters<typeof then>[0]) })
    },
  }
}
