import { describe, expect, test } from 'vitest'
import { seeded, whole } from '#sandbox/jeweler/chance.ts'
import { Table } from '#sandbox/shopify/table.ts'

type Row = { id: string; updatedAt: number }
const row = (n: number, updatedAt = n): Row => ({ id: `gid://shopify/Order/${n}`, updatedAt })

function tableOf(...numbers: number[]) {
  const table = new Table<Row>()
  for (const n of numbers) table.add(row(n))
  return table
}

const ids = (rows: Iterable<{ row: Row }>) => [...rows].map((placed) => Number(placed.row.id.split('/').at(-1)))
const get = (table: Table<Row>, n: number) => table.get(`gid://shopify/Order/${n}`)!

describe('rows by id', () => {
  test.each([
    { after: undefined, reverse: false, expected: [1, 2, 4] },
    { after: 2, reverse: false, expected: [4] },
    { after: 3, reverse: false, expected: [4] },
    { after: 4, reverse: false, expected: [] },
    { after: undefined, reverse: true, expected: [4, 2, 1] },
    { after: 4, reverse: true, expected: [2, 1] },
    { after: 3, reverse: true, expected: [2, 1] },
  ])('after $after, reverse $reverse: $expected', ({ after, reverse, expected }) => {
    expect(ids(tableOf(1, 2, 4).byId(after, reverse))).toEqual(expected)
  })
})

describe('rows by their last change', () => {
  test('a changed row moves to the end and is there once', () => {
    const table = tableOf(1, 2, 3)
    table.touch(get(table, 1), 9)
    expect(ids(table.byChange(undefined, false))).toEqual([2, 3, 1])
    expect(ids(table.byChange(undefined, true))).toEqual([1, 3, 2])
  })

  test('reading on from a place gives what came after it, also what changed meanwhile', () => {
    const table = tableOf(1, 2, 3)
    const [first] = table.byChange(undefined, false)
    table.touch(get(table, 1), 9)
    expect(ids(table.byChange(first!.place, false))).toEqual([2, 3, 1])
    expect(ids(table.byChange(first!.place, true))).toEqual([])
  })

  test('the clock of a table never runs backwards, whatever the machine says', () => {
    const table = tableOf(5)
    table.touch(get(table, 5), 2)
    expect(get(table, 5).updatedAt).toBe(5)
  })

  test('a poll since a moment begins with the first row changed then', () => {
    const table = tableOf(1, 2, 3)
    table.touch(get(table, 2), 3)
    expect(ids(table.byChange(table.placeBefore(3), false))).toEqual([3, 2])
    expect(ids(table.byChange(table.placeBefore(4), false))).toEqual([])
    expect(ids(table.byChange(table.placeBefore(0), false))).toEqual([1, 3, 2])
  })
})

test('after many changes and deletions a table still reads as a plain sorted list would', () => {
  const random = seeded(3)
  const table = new Table<Row>()
  const plain = new Map<number, number>()
  for (let step = 1; step <= 3_000; step++) {
    const known = [...plain.keys()]
    const chosen = known[whole(random, 0, Math.max(0, known.length - 1))]
    const act = whole(random, 0, 9)
    if (chosen !== undefined && act < 3) {
      table.delete(`gid://shopify/Order/${chosen}`)
      plain.delete(chosen)
    } else if (chosen !== undefined && act < 6) {
      table.touch(get(table, chosen), step)
      plain.set(chosen, step)
    } else {
      table.add(row(step))
      plain.set(step, step)
    }
  }
  expect(table.size).toBe(plain.size)
  expect(ids(table.byId(undefined, false))).toEqual([...plain.keys()].sort((a, b) => a - b))
  const byChange = [...plain].sort(([, a], [, b]) => a - b).map(([n]) => n)
  expect(ids(table.byChange(undefined, false))).toEqual(byChange)
})
