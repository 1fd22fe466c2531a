import { describe, expect, it } from 'vitest'
import { Books } from '../../bench/simulate/books.ts'

const opened = () => {
  const books = new Books()
  books.open('SIG', { sellable: 3, total: 4 })
  return books
}
const sale = (quantity: number, more = {}) => ({
  channel: 'etsy',
  orderId: '1',
  sku: 'SIG',
  at: 0,
  quantity,
  ...more,
})

describe('the books of the simulation', () => {
  it('say how many pieces of a sale were not there', () => {
    const books = opened()
    expect(books.sell(sale(2))).toBe(0)
    expect(books.sell(sale(3, { orderId: '2' }))).toBe(2)
    expect(books.left('SIG')).toBe(-2)
    expect(books.oversold.pieces).toBe(2)
  })
  it('give back what an order gives up, and lose what is sent', () => {
    const books = opened()
    books.sell(sale(2))
    books.giveUp(sale(1))
    books.ship('SIG', 1)
    expect([books.left('SIG'), books.total('SIG')]).toEqual([2, 3])
    books.takeBack({ ...sale(1), restock: true })
    expect([books.left('SIG'), books.total('SIG')]).toEqual([2, 4])
    expect(books.perhapsPutBack('SIG', { channel: 'etsy', at: 1_000 })).toBe(1)
    expect(books.perhapsPutBack('SIG', { channel: 'shopify', at: 1_000 })).toBe(0)
  })
  it('know what a channel need not have heard of yet: the others’ orders and edits, not its own, and not for ever', () => {
    const books = opened()
    books.sell(sale(1))
    books.edit({ channel: 'shopify', sku: 'SIG', at: 0, delta: -1, needsWord: false }, -1)
    const unheard = (channel: string, at: number) => {
      const { orders, edits } = books.perhapsUnheard('SIG', { channel, at })
      return [orders.length, edits.length]
    }
    expect(unheard('market', 1_000)).toEqual([1, 1])
    expect(unheard('etsy', 1_000)).toEqual([0, 1])
    expect(unheard('shopify', 1_000)).toEqual([1, 0])
    expect(unheard('market', 3_600_000)).toEqual([0, 0])
  })
  it('wait for a person’s word about what was sold by hand', () => {
    const books = opened()
    books.edit({ channel: 'etsy', sku: 'SIG', at: 0, delta: -1, needsWord: true }, -1)
    expect(books.perhapsUnheard('SIG', { channel: 'market', at: 3_600_000 }).edits).toHaveLength(1)
    expect(books.word('etsy', 'SIG')).toBe(1)
    expect(books.word('etsy', 'SIG')).toBe(0)
  })
  it('take the parts of a set, and give each of them back once', () => {
    const books = opened()
    books.open('BAND', { sellable: 5, total: 5 })
    books.openSet('SET', [
      { sku: 'SIG', needs: 1 },
      { sku: 'BAND', needs: 2 },
    ])
    expect(books.left('SET')).toBe(2)
    expect(books.sell(sale(2, { sku: 'SET' }))).toBe(0)
    expect([books.left('SIG'), books.left('BAND'), books.left('SET')]).toEqual([1, 1, 0])
    books.giveUp(sale(1, { sku: 'SET' }))
    expect([books.left('SIG'), books.left('BAND')]).toEqual([2, 3])
    books.ship('SET', 1)
    expect([books.total('SIG'), books.total('BAND')]).toEqual([3, 3])
    books.takeBack({ ...sale(1, { sku: 'SET' }), restock: true })
    expect([books.total('SIG'), books.total('BAND'), books.left('SIG')]).toEqual([4, 5, 2])
    expect(books.perhapsPutBack('BAND', { channel: 'etsy', at: 0 })).toBe(2)
    expect(books.word('etsy', 'SET')).toBe(0)
  })
  it('count a set as oversold by its scarcest part, but for what others wait for in vain', () => {
    const books = opened()
    books.open('BAND', { sellable: 1, total: 1 })
    const parts = ['SIG', 'BAND'].map((sku) => ({ sku, needs: 1 }))
    books.openSet('SET', parts)
    expect(books.sell(sale(3, { sku: 'SET' }))).toBe(2)
    // Two sets lack a band and take nothing of the other parts: the rings are for sale.
    expect(books.sell(sale(2, { orderId: '2' }), () => 2)).toBe(0)
    expect(books.sell(sale(1, { orderId: '3' }))).toBe(1)
  })
  it('know that a channel takes a set it sells off its own number of the set, and off nothing else', () => {
    const books = opened()
    books.openSet('SET', [{ sku: 'SIG', needs: 2 }])
    books.sell(sale(1, { sku: 'SET' }))
    const unheard = (listing: string) => books.perhapsUnheard('SIG', { channel: 'etsy', at: 0, listing }).orders
    expect(unheard('SET')).toEqual([])
    expect(unheard('SIG')).toMatchObject([{ sku: 'SET', each: 2, current: 1 }])
  })
})
