import type { Clock } from './clock.ts'

type Timer = { at: number; order: number; task: () => void | Promise<void> }

/**
 * A clock that stands still until it is moved. Tasks due at the same moment run in the order they were set, one
 * at a time, each awaited: a task must not wait for virtual time itself, but set a further task.
 */
export class VirtualClock implements Clock {
  #now: number
  #order = 0
  readonly #timers: Timer[] = []

  constructor(start: Date) {
    this.#now = start.getTime()
  }

  now(): Date {
    return new Date(this.#now)
  }

  after(ms: number, task: Timer['task']): () => void {
    const timer = { at: this.#now + Math.max(0, ms), order: this.#order++, task }
    push(this.#timers, timer)
    return () => {
      timer.task = () => {}
    }
  }

  /** The moment of the earliest task still to run. */
  next(): Date | undefined {
    const [first] = this.#timers
    return first && new Date(first.at)
  }

  /** Runs every task due up to and including `moment`, those set meanwhile too, and then stands at `moment`. */
  async runTo(moment: Date): Promise<void> {
    const until = moment.getTime()
    for (let first = this.#timers[0]; first && first.at <= until; first = this.#timers[0]) {
      pop(this.#timers)
      this.#now = Math.max(this.#now, first.at)
      await first.task()
    }
    this.#now = Math.max(this.#now, until)
  }

  /** Runs until nothing is left to do, at most up to `limit`. */
  async runOut(limit: Date): Promise<void> {
    for (let next = this.next(); next && next <= limit; next = this.next()) await this.runTo(next)
  }
}

const before = (a: Timer, b: Timer) => a.at < b.at || (a.at === b.at && a.order < b.order)

// A binary heap: a replay sets a quarter of a million timers, and a sorted array would be quadratic.
function push(heap: Timer[], timer: Timer): void {
  let i = heap.push(timer) - 1
  for (let up = (i - 1) >> 1; i > 0 && before(timer, heap[up]!); up = (i - 1) >> 1) {
    heap[i] = heap[up]!
    i = up
  }
  heap[i] = timer
}

function pop(heap: Timer[]): void {
  const last = heap.pop()!
  if (heap.length === 0) return
  let i = 0
  for (;;) {
    const left = 2 * i + 1
    if (left >= heap.length) break
    const right = left + 1
    const child = right < heap.length && before(heap[right]!, heap[left]!) ? right : left
    if (!before(heap[child]!, last)) break
    heap[i] = heap[child]!
    i = child
  }
  heap[i] = last
}
