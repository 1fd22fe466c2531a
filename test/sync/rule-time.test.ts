import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { RULE_DECISIONS } from '#app/decide/rules.server.ts'
import { openIncident } from '#app/incidents/incident.server.ts'
import { ruleTimes } from '#app/sync/rule-time.server.ts'
import { runPreview } from '#app/sync/rule-preview.server.ts'
import { runTimed } from '#app/sync/time-passes.server.ts'
import { freshDatabase, type FreshDatabase } from '../support/database.ts'
import { decideBy, type Form } from '../support/deciding.ts'
import { openPublishing, type Publishing } from '../support/publishing.ts'

let database: FreshDatabase
let at: Publishing

beforeAll(async () => void (database = await freshDatabase()))
afterAll(() => database.drop())
beforeEach(async () => void (at = await openPublishing(database.pool)))

async function rule(form: Form): Promise<void> {
  const who = { sync: at.sync, merchantId: at.shop.merchantId, actor: 'person/1', role: 'owner' as const }
  const asked = await decideBy(RULE_DECISIONS, { decision: 'rule-preview', change: 'save', ...form }, who)
  expect(asked.refusal).toBeNull()
  const { previewId } = asked.said as { previewId: number }
  await runPreview(at.sync, { merchantId: at.shop.merchantId, previewId })
  expect((await decideBy(RULE_DECISIONS, { decision: 'rule-save', previewId }, who)).refusal).toBeNull()
  await at.pass(1)
}

const fail = (_: unknown, error: unknown) => {
  throw error
}
const time = () => runTimed(ruleTimes(at.sync), fail)
const shown = (externalId: string) => at.channel.shown.get(externalId)

async function later(ms: number) {
  await at.pass(ms)
  const next = await time()
  await at.settle()
  return next
}

describe('A schedule', () => {
  // The shop's clock is Paris's: 14:10 there is 13:10 for all, ten minutes from the beginning.
  it('begins and ends by itself, on the channel too, by the clock of the shop', async () => {
    const { externalId } = await at.ring(9)
    await at.settle()
    await rule({ kind: 'maximum', quantity: 2, from: '2026-03-10T14:10', until: '2026-03-10T14:20' })
    await at.settle()
    expect(shown(externalId)).toBe(9)
    expect(await time()).toEqual(new Date('2026-03-10T13:10:00Z'))
    await later(9 * 60_000)
    expect(shown(externalId)).toBe(9)
    expect(await later(60_000)).toEqual(new Date('2026-03-10T13:20:00Z'))
    expect(shown(externalId)).toBe(2)
    await later(10 * 60_000)
    expect(shown(externalId)).toBe(9)
  })
  it('that passed while nobody looked is caught up with, by one of many who look', async () => {
    const { externalId } = await at.ring(9)
    await at.settle()
    await rule({ kind: 'maximum', quantity: 2, from: '2026-03-10T14:10' })
    await at.pass(3_600_000)
    await Promise.all([time(), time(), time()])
    await at.settle()
    expect(shown(externalId)).toBe(2)
    const { rows } = await database.pool.query('SELECT version FROM rules_state WHERE merchant_id = $1', [
      at.shop.merchantId,
    ])
    expect(rows).toEqual([{ version: 2 }])
  })
})

describe('A throttle', () => {
  const down = () =>
    openIncident(database.pool, {
      merchantId: at.shop.merchantId,
      kind: 'channel-down',
      subject: `account/${at.shop.etsy}`,
      sentence: 'Etsy does not answer.',
      accountId: at.shop.etsy,
      at: at.clock.now(),
    })
  const up = () =>
    database.pool.query('UPDATE incident SET closed_at = opened_at WHERE merchant_id = $1', [at.shop.merchantId])

  it('hides what there is little of while its channel does not answer, and shows it again afterwards', async () => {
    const [few, many] = [await at.ring(2), await at.ring(9)]
    await at.settle()
    await rule({ kind: 'throttle', quantity: 0, low: 3, slowSeconds: 60, accountId: at.shop.etsy })
    await later(10_000)
    expect([shown(few.externalId), shown(many.externalId)]).toEqual([2, 9])
    await down()
    await later(10_000)
    expect([shown(few.externalId), shown(many.externalId)]).toEqual([0, 9])
    await up()
    await later(10_000)
    expect(shown(few.externalId)).toBe(2)
  })
  it('looks at a slow channel as at one that does not answer', async () => {
    const few = await at.ring(2)
    await at.settle()
    await rule({ kind: 'throttle', quantity: 1, low: 3, slowSeconds: 2, accountId: at.shop.etsy })
    const lag = `INSERT INTO publication (merchant_id, account_id, listing_id, quantity, stock_seq, derivation, since, sent_at, answered_at, outcome)
      SELECT $1, $2, $3, 2, 0, '[]', $4::timestamptz - interval '9 seconds', $4, $4, 'accepted' FROM generate_series(1, 50)`
    await database.pool.query(lag, [at.shop.merchantId, at.shop.etsy, few.listingId, at.clock.now()])
    await later(10_000)
    expect(shown(few.externalId)).toBe(1)
    const { rows } = await database.pool.query('SELECT p95_ms, healthy FROM channel_fact WHERE merchant_id = $1', [
      at.shop.merchantId,
    ])
    expect(rows).toEqual([{ p95_ms: 9_000, healthy: true }])
  })
  it('that nobody has costs no look at all', async () => {
    await rule({ kind: 'maximum', quantity: 3 })
    await down()
    await later(10_000)
    const { rows } = await database.pool.query('SELECT FROM channel_fact WHERE merchant_id = $1', [at.shop.merchantId])
    expect(rows).toEqual([])
  })
})
