import { notInSandbox } from './context.ts'
import { typeOfGid, numberOf } from './gid.ts'

/** How a row answers one search key: its moment (ms), number or texts; `is` for a keyword such as `status:open`. */
export type SearchKey<R> =
  | { time: (row: R) => number | null }
  | { number: (row: R) => number }
  | { text: (row: R) => (string | null)[] }
  | { is: Record<string, (row: R) => boolean> }

export type SearchKeys<R> = Record<string, SearchKey<R>>

export type Search<R> = {
  test: (row: R) => boolean
  /** Nothing that changed before this moment (ms) can match. */
  updatedSince: number | null
  /** Only rows with these numbers can match. */
  ids: number[] | null
}

type Term = { key: string; operator: string; value: string; negated: boolean }

const TERM = /(-|NOT\s+)?([a-z_]+):(>=|<=|>|<)?("[^"]*"|'[^']*'|[^\s()]+)/y

/**
 * Reads Shopify's search syntax: `key:value`, comparisons, quotes, `AND` or nothing between terms, `OR`, `-` or `NOT`.
 * Shopify ignores what it does not know and searches wider than meant; here it is an error.
 */
export function search<R>(query: string | null | undefined, keys: SearchKeys<R>): Search<R> {
  if (!query?.trim()) return { test: () => true, updatedSince: null, ids: null }
  const groups = termsOf(query)
  const tests = groups.map((terms) => terms.map((term) => test(term, keys)))
  const only = groups.length === 1 ? groups[0] : undefined
  const since = only?.find(({ key, operator, negated }) => key === 'updated_at' && operator.startsWith('>') && !negated)
  const ids = groups.map((terms) =>
    terms.find(({ key, operator, negated }) => key === 'id' && operator === '' && !negated),
  )
  return {
    test: (row) => tests.some((all) => all.every((holds) => holds(row))),
    updatedSince: since ? moment(since) : null,
    ids: ids.every((term) => term !== undefined) ? ids.map(({ value }) => idNumber(value)) : null,
  }
}

/** Groups joined by OR, each of terms joined by AND. */
function termsOf(query: string): Term[][] {
  const groups: Term[][] = [[]]
  let position = 0
  while (position < query.length) {
    const joint = /\s*(?:(AND|OR)\b)?\s*/y
    joint.lastIndex = position
    const joined = joint.exec(query)
    position = joint.lastIndex
    if (joined?.[1] === 'OR') groups.push([])
    if (position >= query.length) break
    TERM.lastIndex = position
    const found = TERM.exec(query)
    if (!found) throw notInSandbox(`a search for "${query.slice(position)}"`)
    position = TERM.lastIndex
    const [, negation, key = '', operator = '', value = ''] = found
    groups.at(-1)?.push({ key, operator, value: value.replace(/^["']|["']$/g, ''), negated: negation !== undefined })
  }
  return groups
}

function test<R>(term: Term, keys: SearchKeys<R>): (row: R) => boolean {
  const key = keys[term.key]
  if (!key) throw notInSandbox(`the search key "${term.key}"`)
  const holds = positive(term, key)
  return term.negated ? (row) => !holds(row) : holds
}

function positive<R>(term: Term, key: SearchKey<R>): (row: R) => boolean {
  if ('time' in key) {
    const wanted = moment(term)
    return (row) => {
      const ms = key.time(row)
      return ms !== null && compare(Math.floor(ms / 1_000) * 1_000, term.operator, wanted)
    }
  }
  if ('number' in key) return (row) => compare(key.number(row), term.operator, idNumber(term.value))
  if ('is' in key) {
    const holds = key.is[term.value.toLowerCase()]
    if (!holds) throw notInSandbox(`the search "${term.key}:${term.value}"`)
    return holds
  }
  const wanted = term.value.toLowerCase()
  if (wanted.endsWith('*'))
    return (row) => key.text(row).some((text) => text?.toLowerCase().startsWith(wanted.slice(0, -1)))
  return (row) => key.text(row).some((text) => text?.toLowerCase() === wanted)
}

// A row's time is compared in whole seconds, which is all a poller ever saw of it.
function moment({ key, value }: Term): number {
  const ms = Date.parse(value)
  if (Number.isNaN(ms)) throw notInSandbox(`the time "${value}" of ${key}`)
  return ms
}

const idNumber = (value: string): number => (typeOfGid(value) ? numberOf(value) : Number(value))

function compare(left: number, operator: string, right: number): boolean {
  if (operator === '>=') return left >= right
  if (operator === '<=') return left <= right
  if (operator === '>') return left > right
  if (operator === '<') return left < right
  return left === right
}
