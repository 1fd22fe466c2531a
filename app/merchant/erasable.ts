// The tables that hold what people are called and what they wrote: the only ones, so that the ledger and its seals hold
// opaque ids and outlive every erasure (docs/decisions/0072). Who adds such a table adds its line here. Columns are set
// to NULL, and must allow it.

/** A table of people of whom a buyer may be one: found by how Shopify names them, then all its columns are forgotten. */
export type PeopleTable = {
  table: string
  /** what is forgotten */
  columns: string[]
  /** where a buyer is found: Shopify's id of the customer, the address, the telephone number */
  found: { customer?: string; email?: string; phone?: string }
  /** a column with a name: texts that mention it are forgotten too */
  name?: string
}

/** A table with a text that a person wrote: forgotten where it mentions the buyer. `only`: SQL for rows that people wrote. */
export type TextTable = { table: string; column: string; only?: string; forgotten?: string }

export type Erasable = { people: PeopleTable[]; texts: TextTable[] }

export const ERASABLE: Erasable = {
  people: [
    { table: 'client', columns: ['name', 'contact'], found: { email: 'contact', phone: 'contact' }, name: 'name' },
  ],
  texts: [
    { table: 'remark', column: 'text' },
    { table: 'partner', column: 'name' },
    {
      table: 'incident_note',
      column: 'sentence',
      only: `actor LIKE 'person/%'`,
      forgotten: 'A person’s words, erased.',
    },
  ],
}
