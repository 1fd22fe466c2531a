import type { Random } from '#app/kernel/clock.ts'
import { forgetBuyer } from '#app/merchant/compliance.server.ts'
import { pick } from '#sandbox/jeweler/chance.ts'
import { type Action, insist, type Life } from './action.ts'
import type { Violation } from './laws.ts'
import type { Stage } from './stage.ts'

const LATEST = 10

/** How a client is called, and where they are reached: by the luck of a step, as nobody else. */
export const clientOf = (seed: number) => ({ name: `Client Nr${seed}`, contact: `client-${seed}@example.org` })

type Person = { name: string; contact: string }

const erasedIn = new WeakMap<object, Person[]>()
const erased = (stage: Stage): Person[] => {
  const known = erasedIn.get(stage.books) ?? []
  erasedIn.set(stage.books, known)
  return known
}

/** A client wants to be forgotten, whatever is kept for them. */
async function forget(life: Life, random: Random): Promise<void> {
  const { merchantId } = life.world
  const text = `SELECT name, contact FROM client WHERE merchant_id = $1 AND contact IS NOT NULL ORDER BY id DESC LIMIT ${LATEST}`
  const { rows } = await life.db.query<Person>({ name: 'clients-known', text, values: [merchantId] })
  if (rows.length === 0) return
  const person = pick(random, rows)
  const buyer = { customer: null, email: person.contact, phone: null }
  await insist(life, () => life.world.road.sync.inTransaction((tx) => forgetBuyer(tx, { merchantId, buyer })))
  erased(life).push(person)
}

/** Whoever was forgotten is named nowhere that people or the app write words. */
export async function notForgotten(stage: Stage): Promise<Violation[]> {
  const people = erased(stage)
  if (people.length === 0) return []
  const text = `WITH words AS (
      SELECT 'client' AS place, concat_ws(' ', name, contact) AS said FROM client WHERE merchant_id = $1
      UNION ALL SELECT 'remark', text FROM remark WHERE merchant_id = $1
      UNION ALL SELECT 'incident', sentence FROM incident WHERE merchant_id = $1
      UNION ALL SELECT 'note', sentence FROM incident_note WHERE merchant_id = $1
      UNION ALL SELECT 'movement', concat_ws(' ', key, actor, cause, reason) FROM movement WHERE merchant_id = $1
    ) SELECT w.place, p.contact FROM words w JOIN unnest($2::text[], $3::text[]) AS p (name, contact)
      ON strpos(w.said, p.name) > 0 OR strpos(w.said, p.contact) > 0`
  const values = [stage.world.merchantId, people.map(({ name }) => name), people.map(({ contact }) => contact)]
  const { rows } = await stage.db.query<{ place: string; contact: string }>({ text, values })
  return rows.map(({ place, contact }) => ({
    law: 'whoever is forgotten is named nowhere',
    detail: `${contact} in ${place}`,
  }))
}

export const ERASURE: Action[] = [{ name: 'a client is forgotten', weight: 1, perform: forget }]
