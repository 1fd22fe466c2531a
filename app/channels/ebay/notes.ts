import { z } from 'zod'
import type { ListingRef } from '../../kernel/channel-order.ts'
import type { Memory } from '../channel.ts'

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

/** A memory that lasts as long as the process, for a connector without a database. */
export function memoryOfProcess(): Memory {
  const kept = new Map<string, unknown>()
  return {
    read: async (keys) => new Map(keys.flatMap((key) => (kept.has(key) ? [[key, kept.get(key)]] : []))),
    write: async (rows) => rows.forEach((value, key) => void kept.set(key, value)),
  }
}

const noteKey = (ref: ListingRef) => `note/${keyOf(ref)}`
const revisedKey = (listingId: string) => `revised/${listingId}`

const keptNote = z.object({ sku: z.string(), manner: z.enum(['inventory', 'trading', 'auction']).nullable() })
const keptTimes = z.object({ day: z.string(), times: z.int() })

/** Notes in an account's memory. What another version of this code has written in another form is found out anew. */
export function notesIn(memory: Memory): Notes {
  const timesOf = async (ids: string[], day: string) => {
    const kept = await memory.read(ids.map(revisedKey))
    return new Map(
      ids.map((listingId) => {
        const { data } = keptTimes.safeParse(kept.get(revisedKey(listingId)))
        return [listingId, data?.day === day ? data.times : 0]
      }),
    )
  }
  return {
    async of(refs) {
      const kept = await memory.read(refs.map(noteKey))
      return refs.flatMap((ref) => {
        const { data } = keptNote.safeParse(kept.get(noteKey(ref)))
        return data ? [{ ref, ...data }] : []
      })
    },
    keep: (notes) => memory.write(new Map(notes.map(({ ref, sku, manner }) => [noteKey(ref), { sku, manner }]))),
    revisions: async (ids, day) => [...(await timesOf(ids, day))].map(([listingId, times]) => ({ listingId, times })),
    async addRevisions(revised, day) {
      // Nobody else writes for the account: one process owns it.
      const before = await timesOf(
        revised.map(({ listingId }) => listingId),
        day,
      )
      const rows = revised.map(({ listingId, times }): [string, unknown] => [
        revisedKey(listingId),
        { day, times: (before.get(listingId) ?? 0) + times },
      ])
      await memory.write(new Map(rows))
    },
  }
}
