import { open } from 'node:fs/promises'
import { parse } from 'csv-parse'
import { z } from 'zod'

/** One event of a history: an order or a cancellation on a channel at a moment, its lines summed by SKU. */
export type HistoryEvent = {
  at: Date
  channel: string
  orderId: string
  kind: 'sale' | 'cancel'
  lines: { sku: string; quantity: number }[]
}

export type History = {
  /** well-formed rows */
  rows: number
  /** by time; equal times in the order of the file */
  events: HistoryEvent[]
  titles: Map<string, string>
  channels: string[]
  /** "line 17: quantity: …" */
  malformed: string[]
}

const COLUMNS = ['placed_at', 'channel', 'order_id', 'kind', 'sku', 'title', 'quantity', 'unit_price']

const row = z.object({
  placed_at: z.iso.datetime({ offset: true }).transform((text) => new Date(text)),
  channel: z.string().regex(/^[a-z][a-z0-9_-]{0,29}$/, 'is not a channel’s name'),
  order_id: z.string().min(1),
  kind: z.enum(['sale', 'cancel']),
  // Exact: some differ by case only.
  sku: z.string().min(1).max(200),
  title: z.string(),
  quantity: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'is not a whole number of pieces')
    .transform(Number),
  unit_price: z.string().regex(/^\d+(\.\d+)?$/, 'is not a price'),
})

type Row = z.infer<typeof row>

/** The file cannot be played at all: nothing has been done. */
export class UnreadableHistory extends Error {
  override name = 'UnreadableHistory'
}

/** Reads an order history. A malformed row is left out and reported with its line; a malformed file is refused. */
export async function readHistory(file: string): Promise<History> {
  const titles = new Map<string, string>()
  const malformed: string[] = []
  const rows: Row[] = []
  let header = false
  try {
    const source = (await open(file)).createReadStream()
    const parser = source.pipe(parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true }))
    for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
      if (!header) header = checkHeader(record)
      else take(record, info.lines)
    }
  } catch (error) {
    if (error instanceof UnreadableHistory) throw error
    throw new UnreadableHistory(
      `${file} cannot be read as an order history: ${error instanceof Error ? error.message : error}`,
    )
  }
  if (!header) throw new UnreadableHistory(`${file} is empty`)
  const sorted = rows.toSorted((a, b) => a.placed_at.getTime() - b.placed_at.getTime())
  return {
    rows: rows.length,
    events: eventsOf(sorted),
    titles,
    channels: [...new Set(rows.map(({ channel }) => channel))],
    malformed,
  }

  function take(record: string[], line: number): void {
    const told = Object.fromEntries(COLUMNS.map((name, i) => [name, record[i]]))
    const read = row.safeParse(told)
    if (record.length !== COLUMNS.length)
      malformed.push(`line ${line}: ${record.length} columns, not ${COLUMNS.length}`)
    else if (!read.success)
      malformed.push(
        `line ${line}: ${read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')}`,
      )
    else {
      // One copy of each title, not one a row: a long history has a few thousand items.
      if (!titles.has(read.data.sku)) titles.set(read.data.sku, read.data.title)
      rows.push({ ...read.data, title: '' })
    }
  }
}

function checkHeader(record: string[]): true {
  const names = record.map((name) => name.trim())
  if (names.length === COLUMNS.length && COLUMNS.every((name, i) => names[i] === name)) return true
  throw new UnreadableHistory(
    `The first line must name the columns ${COLUMNS.join(',')}; it says ${record.join(',').slice(0, 200)}`,
  )
}

function eventsOf(rows: Row[]): HistoryEvent[] {
  const events: (HistoryEvent & { key: string })[] = []
  const bySku = new Map<string, { sku: string; quantity: number }>()
  for (const { placed_at: at, channel, order_id: orderId, kind, sku, quantity } of rows) {
    const key = `${at.getTime()}/${channel}/${orderId}/${kind}`
    let event = events.at(-1)
    if (event?.key !== key) {
      event = { key, at, channel, orderId, kind, lines: [] }
      events.push(event)
      bySku.clear()
    }
    const line = bySku.get(sku)
    if (line) line.quantity += quantity
    else {
      const first = { sku, quantity }
      bySku.set(sku, first)
      event.lines.push(first)
    }
  }
  return events
}
