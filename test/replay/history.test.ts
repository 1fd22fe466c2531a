import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readHistory, UnreadableHistory } from '../../bench/replay/history.ts'

const HEADER = 'placed_at,channel,order_id,kind,sku,title,quantity,unit_price'
let folder: string
let files = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'history-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(text: string) {
  const file = join(folder, `${(files += 1)}.csv`)
  await writeFile(file, text)
  return readHistory(file)
}
const rows = (...lines: string[]) => read([HEADER, ...lines].join('\n'))

describe('an order history', () => {
  it('is read in the order of time; equal times in the order of the file', async () => {
    const history = await rows(
      '2026-01-02T00:00:00Z,etsy,2,sale,B,Band,1,10.00',
      '2026-01-01T00:00:00Z,shopify,1,sale,A,Ring,1,10.00',
      '2026-01-02T00:00:00Z,shopify,3,sale,B,Band,1,10.00',
    )
    expect(history.events.map(({ orderId }) => orderId)).toEqual(['1', '2', '3'])
    expect(history.channels).toEqual(['etsy', 'shopify'])
  })

  it('sums the lines of one order and SKU, and keeps apart SKUs that differ by case only', async () => {
    const history = await rows(
      '2026-01-01T00:00:00Z,etsy,1,sale,90199c,Ring,1,10',
      '2026-01-01T00:00:00Z,etsy,1,sale,90199C,Ring,2,10',
      '2026-01-01T00:00:00Z,etsy,1,sale,90199c,Ring,3,10',
    )
    expect(history.events).toHaveLength(1)
    expect(history.events[0]?.lines).toEqual([
      { sku: '90199c', quantity: 4 },
      { sku: '90199C', quantity: 2 },
    ])
  })

  it('keeps a sale and a cancellation of one number apart', async () => {
    const history = await rows(
      '2026-01-01T00:00:00Z,etsy,1,sale,A,Ring,1,10',
      '2026-01-01T00:00:00Z,etsy,1,cancel,A,Ring,1,10',
    )
    expect(history.events.map(({ kind }) => kind)).toEqual(['sale', 'cancel'])
  })

  it('reads titles with commas, quotes and line breaks', async () => {
    const history = await rows('2026-01-01T00:00:00Z,etsy,1,sale,A,"Ring, ""old""\nwith a stone",1,10')
    expect(history.titles.get('A')).toBe('Ring, "old"\nwith a stone')
  })

  it.each([
    ['no moment', 'yesterday,etsy,1,sale,A,Ring,1,10', /placed_at/],
    ['no such kind', '2026-01-01T00:00:00Z,etsy,1,return,A,Ring,1,10', /kind/],
    ['no SKU', '2026-01-01T00:00:00Z,etsy,1,sale,,Ring,1,10', /sku/],
    ['a negative quantity', '2026-01-01T00:00:00Z,etsy,1,sale,A,Ring,-1,10', /quantity/],
    ['half a piece', '2026-01-01T00:00:00Z,etsy,1,sale,A,Ring,0.5,10', /quantity/],
    ['no pieces', '2026-01-01T00:00:00Z,etsy,1,sale,A,Ring,0,10', /quantity/],
    ['a price in words', '2026-01-01T00:00:00Z,etsy,1,sale,A,Ring,1,ten', /unit_price/],
    ['a channel with a space', '2026-01-01T00:00:00Z,my shop,1,sale,A,Ring,1,10', /channel/],
    ['a column too few', '2026-01-01T00:00:00Z,etsy,1,sale,A,Ring,1', /7 columns/],
  ])('leaves out a row with %s, and says which line it is', async (_, line, problem) => {
    const history = await rows('2026-01-01T00:00:00Z,etsy,1,sale,A,Ring,1,10', line)
    expect(history.rows).toBe(1)
    expect(history.malformed).toHaveLength(1)
    expect(history.malformed[0]).toMatch(/^line 3: /)
    expect(history.malformed[0]).toMatch(problem)
  })

  it.each([
    ['is empty', ''],
    ['has other columns', 'date,sku\n2026-01-01,A'],
    ['is not a table', '{"orders": []}'],
  ])('is refused when the file %s', async (_, text) => {
    await expect(read(text)).rejects.toThrow(UnreadableHistory)
  })
  it('is refused when there is no file', async () => {
    await expect(readHistory(join(folder, 'none.csv'))).rejects.toThrow(UnreadableHistory)
  })
})
