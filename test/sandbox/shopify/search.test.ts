import { describe, expect, test } from 'vitest'
import { search, type SearchKeys } from '#sandbox/shopify/search.ts'

type Piece = { number: number; sku: string; at: number; sold: boolean }

const KEYS: SearchKeys<Piece> = {
  id: { number: (piece) => piece.number },
  sku: { text: (piece) => [piece.sku] },
  updated_at: { time: (piece) => piece.at },
  status: { is: { sold: (piece) => piece.sold, open: (piece) => !piece.sold } },
}

const at = (time: string) => Date.parse(`2026-11-23T${time}Z`)
const PIECES: Piece[] = [
  { number: 1, sku: 'R-54', at: at('10:00:00.900'), sold: false },
  { number: 2, sku: 'r-56', at: at('10:00:01.000'), sold: true },
  { number: 3, sku: 'ear ring', at: at('10:00:02.500'), sold: false },
]

const found = (query: string) => PIECES.filter(search(query, KEYS).test).map(({ number }) => number)

test.each([
  { query: '', expected: [1, 2, 3] },
  { query: 'sku:R-54', expected: [1] },
  { query: 'sku:R-56', expected: [2] },
  { query: 'sku:R-5*', expected: [1, 2] },
  { query: "sku:'ear ring'", expected: [3] },
  { query: 'sku:"ear ring" status:open', expected: [3] },
  { query: 'status:sold', expected: [2] },
  { query: '-status:sold', expected: [1, 3] },
  { query: 'NOT status:sold AND id:3', expected: [3] },
  { query: 'id:1 OR id:gid://shopify/Order/3', expected: [1, 3] },
  { query: 'id:>1', expected: [2, 3] },
  { query: 'id:>=2 id:<3', expected: [2] },
  { query: "updated_at:>='2026-11-23T10:00:01Z'", expected: [2, 3] },
  { query: 'updated_at:>2026-11-23T10:00:00Z', expected: [2, 3] },
  { query: 'updated_at:<=2026-11-23T10:00:00Z', expected: [1] },
])('"$query" finds $expected', ({ query, expected }) => {
  expect(found(query)).toEqual(expected)
})

describe('what a list can start from', () => {
  test('a lower bound of the change is a place to begin', () => {
    expect(search("updated_at:>='2026-11-23T10:00:01Z' status:open", KEYS).updatedSince).toBe(at('10:00:01'))
  })

  test.each(['updated_at:<2026-11-23', 'updated_at:>2026-11-23 OR id:1', '-updated_at:>2026-11-23'])(
    '"%s" bounds nothing from below',
    (query) => expect(search(query, KEYS).updatedSince).toBeNull(),
  )

  test('ids are known only where every alternative names one', () => {
    expect(search('id:1 OR id:3', KEYS).ids).toEqual([1, 3])
    expect(search('id:1 OR status:open', KEYS).ids).toBeNull()
  })
})

test.each(['colour:red', 'status:lost', 'ring', 'updated_at:>yesterday', '(id:1)'])(
  'what the sandbox cannot search by is an error: %s',
  (query) => expect(() => search(query, KEYS)).toThrow(/The sandbox does not have/),
)
