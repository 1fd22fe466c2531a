import type { ListingRef } from '../../kernel/channel-order.ts'

/**
 * How a listing is written to. inventory: by its SKU and offer. trading: by its id, and its SKU where it has variations.
 * auction: not at all. null: not known yet.
 */
export type Manner = 'inventory' | 'trading' | 'auction'

export type Note = { ref: ListingRef; sku: string; manner: Manner | null }

/** Times that a listing was revised on a day of eBay's. */
export type Revised = { listingId: string; times: number }

/**
 * What the connector remembers of an account's listings. eBay asks for the SKU to say which offer a listing has, and has
 * no way to ask for it by the listing's id but the small budget of the Trading API. All of it can be found out again.
 */
export type Notes = {
  of(refs: ListingRef[]): Promise<Note[]>
  keep(notes: Note[]): Promise<void>
  revisions(listingIds: string[], day: string): Promise<Revised[]>
  addRevisions(revised: Revised[], day: string): Promise<void>
}

export const keyOf = ({ externalId, variantId }: ListingRef): string => `${externalId}/${variantId}`

/** Notes that last as long as the process. */
export function notesInMemory(): Notes {
  const notes = new Map<string, Note>()
  const counts = new Map<string, number>()
  const dayOf = (listingId: string, day: string) => `${day}/${listingId}`
  return {
    of: async (refs) => refs.flatMap((ref) => notes.get(keyOf(ref)) ?? []),
    keep: async (more) => more.forEach((note) => void notes.set(keyOf(note.ref), note)),
    revisions: async (ids, day) =>
      ids.map((listingId) => ({ listingId, times: counts.get(dayOf(listingId, day)) ?? 0 })),
    addRevisions: async (revised, day) =>
      revised.forEach(({ listingId, times }) => {
        counts.set(dayOf(listingId, day), (counts.get(dayOf(listingId, day)) ?? 0) + times)
      }),
  }
}
