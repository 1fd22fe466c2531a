import { useRevalidator } from '@remix-run/react'
import { useEffect, useRef } from 'react'

const POLL_MS = 5_000
const AGAIN_MS = 300
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 15_000

/**
 * Keeps the page true while it is looked at: reads it anew whenever the server says that something has changed. While
 * there is no stream (a proxy that cuts it, a server that restarts) it asks every five seconds instead. A page nobody
 * looks at holds no connection: a browser has six for each server.
 */
export function useLive(): void {
  const { revalidate, state } = useRevalidator()
  const owed = useRef(false)
  const reading = useRef(false)
  const now = useRef(() => {})
  now.current = () => {
    owed.current = reading.current
    if (!reading.current) revalidate()
  }
  useEffect(() => {
    reading.current = state === 'loading'
    // What changed while the page was being read may not be in what was read.
    if (state === 'idle' && owed.current) now.current()
  }, [state])
  useEffect(() => watchWhileVisible(() => now.current()), [])
}

function watchWhileVisible(changed: () => void): () => void {
  let leaving: AbortController | undefined
  const look = () => {
    leaving?.abort()
    leaving = undefined
    if (document.visibilityState !== 'visible') return
    leaving = new AbortController()
    void keepReading(changed, leaving.signal)
  }
  look()
  document.addEventListener('visibilitychange', look)
  return () => {
    document.removeEventListener('visibilitychange', look)
    leaving?.abort()
  }
}

async function keepReading(changed: () => void, signal: AbortSignal): Promise<void> {
  let streaming = false
  const poll = setInterval(() => !streaming && changed(), POLL_MS)
  signal.addEventListener('abort', () => clearInterval(poll), { once: true })
  for (let pause = FIRST_PAUSE_MS; !signal.aborted;) {
    const wasOpen = await readOnce(signal, {
      open: () => (streaming = true),
      changed,
    })
    streaming = false
    // A stream that ended in good order did so because its token has ended.
    pause = wasOpen ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS)
    await wait(wasOpen ? AGAIN_MS : pause, signal)
  }
}

type Told = { open: () => void; changed: () => void }

/** Reads one stream to its end. False when it never opened. App Bridge's fetch puts the session token in. */
async function readOnce(signal: AbortSignal, { open, changed }: Told): Promise<boolean> {
  let opened = false
  try {
    const answer = await fetch('/api/live', { signal, headers: { accept: 'text/event-stream' } })
    if (!answer.ok || !answer.body) return false
    open()
    opened = true
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (part.value.includes('data: changed')) changed()
    }
  } catch {
    // The connection broke, or the page was left: the loop above knows what to do.
  }
  return opened
}

const wait = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
