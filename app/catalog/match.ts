/** What a listing says of itself, and what an item is: all that a match is judged by. `settled`: it is matched already. */
export type ListingToMatch = {
  listingId: number
  sku: string
  title: string
  attributes: Record<string, string>
  settled?: boolean
}
export type ItemToMatch = { itemId: number; sku: string; title: string; variant: string; settled?: boolean }

/** Two things that look alike. `score` 0–100; `evidence`: why, in words a person can check. */
export type Proposal = { listingId: number; itemId: number; score: number; evidence: string[] }

export type Matches = {
  /** the SKU is there once on each side */
  sure: Pair[]
  /** a person must say */
  proposals: Proposal[]
}

export type Pair = { listingId: number; itemId: number }

const nameOf = ({ listingId, itemId }: Pair) => `${listingId}/${itemId}`

const GOOD_ENOUGH = 55
const PROPOSALS_EACH = 2
// A word that so many items have in common says nothing about which one it is, and looking at them all would be slow.
const TOO_COMMON = 500

/**
 * Finds which item each listing is. Sure only where the SKU is unique on both sides, among those matched already too;
 * otherwise by title and attributes, as a proposal. Items that a sure match has taken are not proposed again, nor is
 * what was `refused`.
 */
export function matchListings(listings: ListingToMatch[], items: ItemToMatch[], refused: Pair[] = []): Matches {
  const said = new Set(refused.map(nameOf))
  const itemsBySku = Map.groupBy(items, ({ sku }) => sku)
  const listingsBySku = Map.groupBy(listings, ({ sku }) => sku)
  const sure = listings.flatMap(({ listingId, sku, settled }) => {
    const [item, ...more] = itemsBySku.get(sku) ?? []
    const unique = sku !== '' && item && more.length === 0 && listingsBySku.get(sku)?.length === 1
    if (!unique || settled || item.settled) return []
    const pair = { listingId, itemId: item.itemId }
    return said.has(nameOf(pair)) ? [] : [pair]
  })
  const matched = new Set(sure.map(({ listingId }) => listingId))
  const taken = new Set(sure.map(({ itemId }) => itemId))
  const free = items
    .filter(({ itemId, settled }) => !settled && !taken.has(itemId))
    .map((item) => ({ ...item, words: wordsOf(item) }))
  const index = indexOf(free)
  const open = listings.filter(({ listingId, settled }) => !settled && !matched.has(listingId))
  const proposals = open.flatMap((listing) => proposalsFor(listing, index))
  return { sure, proposals: proposals.filter((pair) => !said.has(nameOf(pair))) }
}

type Worded = ItemToMatch & { words: Set<string> }

const wordsIn = (text: string): string[] =>
  text
    .toLowerCase()
    .normalize('NFKD')
    .match(/[\p{L}\p{N}]+(?:[.,]\d+)?/gu) ?? []
const wordsOf = ({ title, variant }: ItemToMatch) => new Set([...wordsIn(title), ...wordsIn(variant)])

function indexOf(items: Worded[]): Map<string, Worded[]> {
  const index = new Map<string, Worded[]>()
  for (const item of items) {
    for (const word of item.words) index.set(word, [...(index.get(word) ?? []), item].slice(0, TOO_COMMON + 1))
  }
  return index
}

function proposalsFor(listing: ListingToMatch, index: Map<string, Worded[]>): Proposal[] {
  const words = new Set([...wordsIn(listing.title), ...Object.values(listing.attributes).flatMap(wordsIn)])
  const candidates = new Set<Worded>()
  for (const word of words) {
    const having = index.get(word) ?? []
    if (having.length <= TOO_COMMON) for (const item of having) candidates.add(item)
  }
  return [...candidates]
    .map((item) => judge(listing, words, item))
    .filter(({ score }) => score >= GOOD_ENOUGH)
    .toSorted((a, b) => b.score - a.score || a.itemId - b.itemId)
    .slice(0, PROPOSALS_EACH)
}

function judge(listing: ListingToMatch, words: Set<string>, item: Worded): Proposal {
  const common = [...words].filter((word) => item.words.has(word))
  const all = new Set([...words, ...item.words]).size
  const sameSku = listing.sku !== '' && listing.sku.toLowerCase() === item.sku.toLowerCase()
  const score = Math.min(100, Math.round((100 * common.length) / all) + (sameSku ? 30 : 0))
  const evidence = [`Both say: ${common.join(', ')}`]
  if (sameSku) evidence.push(`The same SKU ${item.sku}, but not only here`)
  if (listing.sku !== '' && !sameSku) evidence.push(`The SKU differs: ${listing.sku} there, ${item.sku || 'none'} here`)
  if (listing.sku === '') evidence.push('The listing has no SKU')
  return { listingId: listing.listingId, itemId: item.itemId, score, evidence }
}
