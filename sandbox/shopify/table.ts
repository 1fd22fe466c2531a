import { numberOf } from './gid.ts'

type Row = { id: string; updatedAt: number }
type Mark<R extends Row> = { row: R; at: number; order: number }

/** A row with its place in the sequence it was read from: `place` is what a cursor holds. */
export type Placed<R> = { row: R; place: number }

/**
 * Rows of one kind: by id at once, and readable from any point in the order of their ids or of their last change.
 * Ids must be added in rising order. A change appends to a log, where the row's older mark dies; the log is swept
 * when more than half of it is dead, so that a change costs the same whatever the size.
 */
export class Table<R extends Row> {
  readonly #rows = new Map<string, R>()
  readonly #current = new Map<string, Mark<R>>()
  #created: R[] = []
  #changed: Mark<R>[] = []
  #order = 0

  get size(): number {
    return this.#rows.size
  }

  get(id: string): R | undefined {
    return this.#rows.get(id)
  }

  values(): IterableIterator<R> {
    return this.#rows.values()
  }

  add(row: R): void {
    this.#rows.set(row.id, row)
    this.#created.push(row)
    this.touch(row, row.updatedAt)
  }

  /** Says that the row changed at `at` (ms): sets its `updatedAt`, which never runs backwards within a table. */
  touch(row: R, at: number): void {
    const last = this.#changed.at(-1)
    row.updatedAt = last && last.at > at ? last.at : at
    const mark = { row, at: row.updatedAt, order: ++this.#order }
    this.#current.set(row.id, mark)
    this.#changed.push(mark)
    if (this.#changed.length > 2 * this.#rows.size + 64) this.#changed = this.#changed.filter((m) => this.#lives(m))
  }

  delete(id: string): void {
    if (!this.#rows.delete(id)) return
    this.#current.delete(id)
    if (this.#created.length > 2 * this.#rows.size + 64)
      this.#created = this.#created.filter((r) => this.#rows.has(r.id))
  }

  /** Rows by id, after `place` (a row's number), or before it when `reverse`. */
  *byId(place: number | undefined, reverse: boolean): Generator<Placed<R>> {
    const rows = this.#created
    const start = place === undefined ? undefined : firstAfter(rows, (row) => numberOf(row.id) > place)
    for (const row of from(rows, reverse && place !== undefined ? before(rows, place) : start, reverse)) {
      if (this.#rows.get(row.id) === row) yield { row, place: numberOf(row.id) }
    }
  }

  /** Rows by their last change, after `place`, or before it when `reverse`. */
  *byChange(place: number | undefined, reverse: boolean): Generator<Placed<R>> {
    const marks = this.#changed
    const edge =
      place === undefined ? undefined : firstAfter(marks, (m) => (reverse ? m.order >= place : m.order > place))
    for (const mark of from(marks, edge, reverse)) if (this.#lives(mark)) yield { row: mark.row, place: mark.order }
  }

  /** The place just before the first row changed at or after `at` (ms): where a poll since then begins. */
  placeBefore(at: number): number {
    const marks = this.#changed
    const found = marks[firstAfter(marks, (mark) => mark.at >= at)]
    return found ? found.order - 1 : this.#order
  }

  #lives(mark: Mark<R>): boolean {
    return this.#current.get(mark.row.id) === mark
  }
}

const before = <R extends Row>(rows: R[], place: number) => firstAfter(rows, (row) => numberOf(row.id) >= place)

/** Index of the first entry for which `past` holds, the entries being sorted by it. */
function firstAfter<T>(sorted: T[], past: (entry: T) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (past(sorted[middle] as T)) high = middle
    else low = middle + 1
  }
  return low
}

/** Forwards from `edge` on, or backwards from just below it. */
function* from<T>(entries: T[], edge: number | undefined, reverse: boolean): Generator<T> {
  if (reverse) for (let i = (edge ?? entries.length) - 1; i >= 0; i--) yield entries[i] as T
  else for (let i = edge ?? 0; i < entries.length; i++) yield entries[i] as T
}
