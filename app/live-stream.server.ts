import type { Clock } from './kernel/clock.ts'

export type LiveStream = {
  subscribe: (tell: () => void) => () => void
  /** when the reader must prove again who they are */
  until: Date
  clock: Clock
  /** aborts when the reader has gone */
  left: AbortSignal
}

// Changes come in bursts (an import, a busy minute): a page that read itself anew for each would do nothing else.
const AT_MOST_EVERY_MS = 250
// Between reader and server there may be somebody who cuts what is silent for long.
const BREATH_MS = 15_000

const encoder = new TextEncoder()
const CHANGED = encoder.encode('data: changed\n\n')
const BREATH = encoder.encode(': still here\n\n')

/**
 * A stream of server-sent events that says "changed", and nothing else: what has changed, the page asks itself. It
 * says so once at the start, since something may have changed before it was open.
 */
export function liveStream(options: LiveStream): ReadableStream<Uint8Array> {
  let stop = () => {}
  return new ReadableStream({
    start(out) {
      stop = speak(options, {
        say: (what) => out.enqueue(what),
        end() {
          stop()
          out.close()
        },
      })
      options.left.addEventListener('abort', stop, { once: true })
    },
    cancel: () => stop(),
  })
}

type Mouth = { say: (what: Uint8Array) => void; end: () => void }

/** Says what there is to say until it is stopped; returns how. */
function speak({ subscribe, until, clock }: LiveStream, { say, end }: Mouth): () => void {
  let silent: (() => void) | undefined
  const tell = () => {
    if (silent) return
    silent = clock.after(AT_MOST_EVERY_MS, () => {
      silent = undefined
      say(CHANGED)
    })
  }
  const unsubscribe = subscribe(tell)
  // The library lets a token pass for some seconds after its end.
  const callOffEnd = clock.after(Math.max(0, until.getTime() - clock.now().getTime()), end)
  let callOffBreath = () => {}
  const breathe = () => {
    say(BREATH)
    callOffBreath = clock.after(BREATH_MS, breathe)
  }
  breathe()
  tell()
  return () => {
    unsubscribe()
    callOffEnd()
    callOffBreath()
    silent?.()
  }
}
