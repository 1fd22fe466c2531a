import type { Clock } from '#app/kernel/clock.ts'

/** A clock whose tasks are all called off together: when the world closes, nothing of it may still be due. */
export function closable(clock: Clock): Clock & { close: () => void } {
  const pending = new Set<() => void>()
  let closed = false
  return {
    now: () => clock.now(),
    after(ms, task) {
      if (closed) return () => {}
      const callOff = clock.after(ms, () => {
        pending.delete(callOff)
        return task()
      })
      pending.add(callOff)
      return () => {
        pending.delete(callOff)
        callOff()
      }
    },
    close() {
      closed = true
      for (const callOff of pending) callOff()
      pending.clear()
    },
  }
}
