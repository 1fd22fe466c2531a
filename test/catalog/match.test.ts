import { describe, expect, it } from 'vitest'
import { type ItemToMatch, type ListingToMatch, matchListings } from '#app/catalog/match.ts'

const listing = (
  listingId: number,
  sku: string,
  title = '',
  attributes: Record<string, string> = {},
): ListingToMatch => ({
  listingId,
  sku,
  title,
  attributes,
})
const item = (itemId: number, sku: string, title = '', variant = ''): ItemToMatch => ({ itemId, sku, title, variant })
const sure = (listings: ListingToMatch[], items: ItemToMatch[]) =>
  matchListings(listings, items).sure.map((pair) => `${pair.listingId}=${pair.itemId}`)

describe('a listing is an item for sure', () => {
  it.each<[string, ListingToMatch[], ItemToMatch[], string[]]>([
    [
      'where the SKU is there once on each side',
      [listing(1, 'A'), listing(2, 'B')],
      [item(7, 'B'), item(8, 'A')],
      ['1=8', '2=7'],
    ],
    ['but not where two listings have it', [listing(1, 'A'), listing(2, 'A')], [item(7, 'A')], []],
    ['nor where two items have it', [listing(1, 'A')], [item(7, 'A'), item(8, 'A')], []],
    ['nor where there is none', [listing(1, '')], [item(7, '')], []],
    ['nor where only the case is the same', [listing(1, 'sig-54')], [item(7, 'SIG-54')], []],
    [
      'nor where another listing of that SKU is matched already',
      [listing(1, 'A'), { ...listing(2, 'A'), settled: true }],
      [item(7, 'A')],
      [],
    ],
    [
      'nor where another item of that SKU is matched already',
      [listing(1, 'A')],
      [item(7, 'A'), { ...item(8, 'A'), settled: true }],
      [],
    ],
    [
      'nor one that is matched already',
      [{ ...listing(1, 'A'), settled: true }],
      [{ ...item(7, 'A'), settled: true }],
      [],
    ],
  ])('%s', (_, listings, items, expected) => {
    expect(sure(listings, items)).toEqual(expected)
  })
  it('never, once a person has said no', () => {
    const { sure: matched, proposals } = matchListings(
      [listing(1, 'A', 'Signet ring')],
      [item(7, 'A', 'Signet ring')],
      [{ listingId: 1, itemId: 7 }],
    )
    expect([matched, proposals]).toEqual([[], []])
  })
})

describe('where it is not sure, a person is asked', () => {
  const rings = [
    item(7, 'R-54', 'Signet ring gold', '54'),
    item(8, 'R-56', 'Signet ring gold', '56'),
    item(9, 'C-1', 'Anchor chain', '45 cm'),
  ]
  const proposed = (...listings: ListingToMatch[]) => matchListings(listings, rings).proposals

  it('by the title and the attributes, the likeliest first', () => {
    const proposals = proposed(listing(1, '', 'Gold signet ring', { Size: '56' }))
    expect(proposals.map(({ itemId }) => itemId)).toEqual([8, 7])
    expect(proposals[0]!.score).toBeGreaterThan(proposals[1]!.score)
    expect(proposals[0]!.evidence).toContain('The listing has no SKU')
  })
  it('about two items at most', () => {
    const many = Array.from({ length: 9 }, (_, n) => item(n, '', 'Signet ring', `${50 + n}`))
    expect(matchListings([listing(1, '', 'Signet ring')], many).proposals).toHaveLength(2)
  })
  it('but not about things that share a word only', () => {
    expect(proposed(listing(1, '', 'Wedding ring of platinum, hammered'))).toEqual([])
  })
  it('and told when the SKUs differ', () => {
    const [proposal] = proposed(listing(1, 'ETSY-9', 'Anchor chain 45 cm'))
    expect(proposal).toMatchObject({ itemId: 9, score: 100 })
    expect(proposal!.evidence).toContain('The SKU differs: ETSY-9 there, C-1 here')
  })
  it('and a SKU that several have counts for more than words alone', () => {
    const same = [item(7, 'R', 'Ring'), item(8, 'S', 'Ring')]
    const proposals = matchListings([listing(1, 'R', 'Ring plain'), listing(2, 'R', 'Ring plain')], same).proposals
    expect(proposals.filter(({ listingId }) => listingId === 1).map(({ itemId }) => itemId)[0]).toBe(7)
    expect(Math.max(...proposals.map(({ score }) => score))).toBeLessThanOrEqual(100)
  })
  it('and what a sure match has taken is not proposed again', () => {
    const { sure: matched, proposals } = matchListings(
      [listing(1, 'C-1', 'Chain'), listing(2, '', 'Anchor chain 45 cm')],
      rings,
    )
    expect(matched).toEqual([{ listingId: 1, itemId: 9 }])
    expect(proposals).toEqual([])
  })
  it('in any language, whatever the accents', () => {
    const proposals = matchListings([listing(1, '', 'Chevalière or')], [item(7, '', 'Chevalière Or')]).proposals
    expect(proposals).toMatchObject([{ score: 100 }])
  })
})
