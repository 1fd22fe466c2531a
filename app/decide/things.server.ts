import { z } from 'zod'
import { setParts } from '../catalog/bundle.server.ts'
import { endMadeToOrder, setMadeToOrder } from '../catalog/made-to-order.server.ts'
import { isRefusal, type Refusal } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { CONVERTIBLE_STATES } from '../pool/conversion.ts'
import { convert } from '../pool/conversion.server.ts'
import { breakPairs, mendPairs } from '../pool/pair.server.ts'
import { act, type Done } from '../sync/act.server.ts'
import { type Deciding, decision } from './decision.server.ts'
import { id, pieces, token, words } from './fields.ts'

// "12/1,13/2": an item and how many of it, for each part; empty for none.
const parts = z
  .string()
  .max(500, 'are too many')
  .regex(/^(\d{1,9}\/\d{1,4}(,\d{1,9}\/\d{1,4})*)?$/, 'must say which items, and how many of each')
  .transform((text) => (text === '' ? [] : text.split(',').map(partOf)))

function partOf(text: string): { itemId: number; needs: number } {
  const [itemId = 0, needs = 0] = text.split('/').map(Number)
  return { itemId, needs }
}

const wholeNumber = z
  .string()
  .regex(/^\d{1,6}$/, 'must be a whole number')
  .transform(Number)

// Made by the page that asks, so that a form sent twice is done once.

const from = { itemId: id, quantity: pieces, locationId: id, state: z.enum(CONVERTIBLE_STATES), reason: words, token }

type Told = { token: string; reason: string }

const howOf = ({ token: of, reason }: Told, { merchantId, actor }: Deciding, at: Date) => ({
  merchantId,
  token: of,
  actor,
  remark: reason,
  at,
})

async function done(who: Deciding, work: (tx: Sql, at: Date) => Promise<Refusal | Done>): Promise<Refusal | undefined> {
  const answer = await act(who.sync, who, work)
  return isRefusal(answer) ? answer : undefined
}

type SetForm = Told & {
  itemId: number
  quantity: number
  locationId: number
  state: (typeof CONVERTIBLE_STATES)[number]
  parts: { itemId: number; needs: number }[]
}

/** The set and its parts, as pieces at one place. */
function piecesOfSet({ itemId, quantity, locationId, state, parts: of }: SetForm) {
  return {
    sets: [{ itemId, quantity, locationId, state }],
    parts: of.map((part) => ({ itemId: part.itemId, quantity: part.needs * quantity, locationId, state })),
  }
}

/** What things are made of, and what becomes of them. */
export const THING_DECISIONS = {
  'set-components': decision({
    needs: 'arrange',
    shape: { itemId: id, parts },
    carryOut: ({ itemId, parts: of }, who) =>
      done(who, (tx, at) => {
        const { merchantId, actor } = who
        return setParts(tx, { merchantId, bundleId: itemId, parts: of, actor, at })
      }),
  }),
  'made-to-order': decision({
    needs: 'arrange',
    shape: { itemId: id, capacity: wholeNumber, leadDays: wholeNumber },
    carryOut: (given, who) => done(who, (tx) => setMadeToOrder(tx, { merchantId: who.merchantId, ...given })),
  }),
  'not-made-to-order': decision({
    needs: 'arrange',
    shape: { itemId: id },
    carryOut: (given, who) => done(who, (tx) => endMadeToOrder(tx, { merchantId: who.merchantId, ...given })),
  }),
  resize: decision({
    needs: 'handle',
    shape: { ...from, intoId: id },
    carryOut: ({ itemId, intoId, quantity, locationId, state, ...told }, who) =>
      done(who, (tx, at) => {
        const there = { quantity, locationId, state }
        const [takes, makes] = [[{ itemId, ...there }], [{ itemId: intoId, ...there }]]
        return convert(tx, { ...howOf(told, who, at), kind: 'resized', takes, makes })
      }),
  }),
  'break-set': decision({
    needs: 'handle',
    shape: { ...from, parts },
    carryOut: (given, who) =>
      done(who, (tx, at) => {
        const { sets, parts: makes } = piecesOfSet(given)
        return convert(tx, { ...howOf(given, who, at), kind: 'set broken', takes: sets, makes })
      }),
  }),
  'make-set': decision({
    needs: 'handle',
    shape: { ...from, parts },
    carryOut: (given, who) =>
      done(who, (tx, at) => {
        const { sets, parts: takes } = piecesOfSet(given)
        return convert(tx, { ...howOf(given, who, at), kind: 'set made', takes, makes: sets })
      }),
  }),
  'break-pair': decision({
    needs: 'handle',
    shape: from,
    carryOut: ({ reason, ...given }, who) =>
      done(who, (tx, at) => breakPairs(tx, { ...given, ...howOf({ ...given, reason }, who, at) })),
  }),
  'mend-pair': decision({
    needs: 'handle',
    shape: from,
    carryOut: ({ reason, ...given }, who) =>
      done(who, (tx, at) => mendPairs(tx, { ...given, ...howOf({ ...given, reason }, who, at) })),
  }),
}
