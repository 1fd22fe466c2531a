import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACTIONS, AWAITED } from '../../bench/simulate/actions.ts'
import { live, type Lived, type Step } from '../../bench/simulate/life.ts'
import { openSessions } from '../../bench/simulate/sessions.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'

let database: FreshDatabase
let app: Awaited<ReturnType<typeof openSessions>>
let lived: Lived
let reasons: Set<string>
let happened: Record<string, number>

// Each of what people do with the pool, a few times over in the order in which one gives the other something to do.
const DONE = [
  'change a rule',
  'keep back from shopify',
  'buy on etsy',
  'buy on the market',
  'send from etsy',
  'to the bench',
  'out on memo',
  'set out for a place',
  'order goods',
  'carry many things',
  'break or mend a pair',
  'pack a box',
  'hold for a client',
  'give something instead',
  'break or mend a pair',
  'send from etsy',
  'give something instead',
  'a parcel comes back',
  'from the bench',
  'a memo ends',
  'arrive',
  'receive goods',
  'undo it',
  'make more or fewer',
  'end what is given',
  'close a delivery',
  'a client is forgotten',
]
const TIMES = 8

const scriptOf = (): Step[] =>
  Array.from({ length: TIMES }, (_, turn) =>
    DONE.map((action, n): Step => ({ action, seed: 7_919 * (turn * DONE.length + n + 1), gapMs: 4_000 })),
  ).flat()

beforeAll(async () => {
  database = await freshDatabase()
  app = await openSessions(database.url)
  lived = await live({ ...app, seed: 11, faults: 'none', script: scriptOf() })
  const moved = await app.pool.query<{ reason: string }>('SELECT DISTINCT reason FROM movement')
  reasons = new Set(moved.rows.map(({ reason }) => reason))
  const text = `SELECT (SELECT count(*) FROM rule_version)::int AS rules, (SELECT count(*) FROM order_line l JOIN item i ON i.id = l.item_id
      WHERE i.kind = 'bundle')::int AS sets, (SELECT count(*) FROM order_line l JOIN item i ON i.id = l.item_id
      WHERE i.kind = 'made_to_order')::int AS made, (SELECT count(*) FROM client WHERE name IS NULL)::int AS forgotten,
    (SELECT count(*) FROM publication)::int AS numbers, (SELECT count(*) FROM ledger_seal)::int AS seals,
    (SELECT count(*) FROM delivery WHERE closed_at IS NOT NULL)::int AS closed`
  happened = (await app.pool.query<Record<string, number>>(text)).rows[0] ?? {}
}, 240_000)
afterAll(async () => {
  await app.close()
  await database.drop()
})

describe('what people can do with the pool', () => {
  it('breaks no law', () => {
    expect(lived).toMatchObject({ violations: [], converged: true, steps: DONE.length * TIMES })
  })
  it('is in the list of all that can happen', () => {
    const names = [...ACTIONS, ...AWAITED].map(({ name }) => name)
    expect(DONE.filter((name) => !names.includes(name))).toEqual([])
  })
  // An action that finds nothing to do is silent: a law that holds of it would say nothing.
  it.each([
    'moved',
    'checked',
    'ordered',
    'received',
    'not delivered',
    'undone',
    'pair broken',
    'pair made whole',
    'set made',
    'set broken',
    'given in exchange',
    'given in replacement',
    'came back',
    'held for a client',
    'kept back by a rule',
  ])('is done and not only tried: %s', (reason) => {
    expect([...reasons]).toContain(reason)
  })
  it.each(['rules', 'sets', 'made', 'forgotten', 'numbers', 'seals', 'closed'])('leaves its rows: %s', (what) => {
    expect(happened[what]).toBeGreaterThan(0)
  })
})
