import { afterAll, afterEach } from 'vitest'

// For every test file: what a test leaves behind, or complains of without failing, is a fault all the same.

const complaints: unknown[][] = []
console.error = (...said: unknown[]) => void complaints.push(said)

afterEach(() => {
  const [first] = complaints.splice(0)
  if (first) throw new Error(`console.error was called: ${first.map(String).join(' ')}`)
})

const timers = new Map<NodeJS.Timeout, Error>()

/** The same function, except that the timers it makes are remembered with the place that set them. */
function watched<T extends typeof setTimeout | typeof setInterval>(set: T): T {
  return new Proxy(set, {
    apply(target, self, args) {
      const timer: NodeJS.Timeout = Reflect.apply(target, self, args)
      timers.set(timer, new Error('A timer was still running when its test file ended: it was set here.'))
      return timer
    },
  })
}

// Vitest keeps the real ones for itself before this file is read.
globalThis.setTimeout = watched(globalThis.setTimeout)
globalThis.setInterval = watched(globalThis.setInterval)

const plainFetch = globalThis.fetch
globalThis.fetch = (input, init) => {
  const { hostname } = new URL(input instanceof Request ? input.url : input)
  if (['127.0.0.1', 'localhost', '[::1]'].includes(hostname)) return plainFetch(input, init)
  throw new Error(`An unplanned request: ${hostname} is not on this machine.`)
}

// Hooks of this kind run last first, so this one runs after those of the test file.
afterAll(() => {
  for (const [timer, place] of timers) {
    // Neither one that has fired or was cleared (hasRef() stays true then), nor one that lets the process end.
    if (timer.hasRef() && Reflect.get(timer, '_destroyed') !== true) throw place
  }
})
