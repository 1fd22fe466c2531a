import type { Random } from '#app/kernel/clock.ts'
import { isRefusal, type Refusal } from '#app/kernel/refusal.ts'
import type { RuleKind } from '#app/pool/rule.ts'
import type { RuleDraft } from '#app/pool/rule-draft.ts'
import { rulesVersion } from '#app/pool/rules.server.ts'
import { carryOutPreview } from '#app/sync/rule-change.server.ts'
import { happens, pick, whole } from '#sandbox/jeweler/chance.ts'
import { type Action, insist, type Life } from './action.ts'
import type { Stage } from './stage.ts'
import type { SaidRule } from './rulebook.ts'
import { categoryOf, PLACES } from './shop.ts'

// Few at a time and mild ones: where nothing is shown, nothing happens.
const MOST_RULES = 6
const MINUTE_MS = 60_000
const LONGEST_MINUTES = 240

type Means = Pick<SaidRule, 'channel' | 'sku' | 'category'>
type Says = Pick<SaidRule, 'kind' | 'quantity' | 'low' | 'slowMs' | 'places'>

const NUMBERS: [RuleKind, number, number][] = [
  ['safety_stock', 1, 2],
  ['percentage', 40, 90],
  ['maximum', 1, 3],
  ['never_last', 1, 1],
  ['minimum', 2, 2],
]
const HARD: RuleKind[] = ['excluded', 'only_places', 'not_places']

function saysOf(random: Random, { sku }: Means): Says {
  const nothing = { low: null, slowMs: null, places: [] }
  // What takes much away is for one thing.
  if (sku !== null && happens(random, 0.3)) {
    const kind = pick(random, HARD)
    const places = kind === 'excluded' ? [] : [pick(random, PLACES).name]
    return { ...nothing, kind, quantity: 1, places }
  }
  if (happens(random, 0.1))
    return { ...nothing, kind: 'throttle', quantity: whole(random, 0, 1), low: 2, slowMs: 20_000 }
  const [kind, least, most] = pick(random, NUMBERS)
  return { ...nothing, kind, quantity: whole(random, least, most) }
}

function meansOf(life: Life, random: Random): Means {
  const channel = happens(random, 0.6) ? pick(random, ['etsy', ...life.plain.keys()]) : null
  if (happens(random, 0.6)) return { channel, sku: pick(random, [...life.goods, ...life.sets]).sku, category: null }
  return { channel, sku: null, category: happens(random, 0.5) ? categoryOf({ size: '52' }) : null }
}

/** A rule is made that holds from now on, or for a while. */
async function makeRule(life: Life, random: Random): Promise<void> {
  const means = meansOf(life, random)
  const now = life.world.road.sync.clock.now().getTime()
  const moment = () => new Date(now + whole(random, 1, LONGEST_MINUTES) * MINUTE_MS)
  const [from, until] = [happens(random, 0.2) ? moment() : null, happens(random, 0.2) ? moment() : null]
  if (from && until && from >= until) return
  await saveRule(life, { ...means, ...saysOf(random, means), from, until })
}

/** Somebody makes a rule, in the app and in the rulebook. */
export async function saveRule(life: Stage, said: Omit<SaidRule, 'id'>): Promise<void> {
  const rule = await carriedOut(life, { change: 'save', ruleId: null, draft: await draftOf(life, said) })
  if (!isRefusal(rule)) life.rules.save({ id: rule.ruleId, ...said })
}

async function endRule(life: Life, { id }: SaidRule): Promise<void> {
  if (!isRefusal(await carriedOut(life, { change: 'end', ruleId: id, draft: null }))) life.rules.end(id)
}

async function changeRules(life: Life, random: Random): Promise<void> {
  const rules = life.rules.all().filter(({ channel }) => channel !== 'shopify')
  const ends = rules.length >= MOST_RULES || (rules.length > 0 && happens(random, 0.35))
  await (ends ? endRule(life, pick(random, rules)) : makeRule(life, random))
}

/** Some of a thing is kept back from Shopify, and for sale everywhere else. */
async function keepBack(life: Life, random: Random): Promise<void> {
  const rules = life.rules.all().filter(({ channel }) => channel === 'shopify')
  if (rules.length > 2 || (rules.length > 0 && happens(random, 0.4))) return endRule(life, pick(random, rules))
  const { sku } = pick(
    random,
    life.goods.filter(({ keptBack }) => keptBack),
  )
  const means = { channel: 'shopify', sku, category: null, from: null, until: null }
  await saveRule(life, {
    ...means,
    kind: 'safety_stock',
    quantity: whole(random, 1, 2),
    low: null,
    slowMs: null,
    places: [],
  })
}

async function draftOf(life: Stage, said: Omit<SaidRule, 'id'>): Promise<RuleDraft> {
  const { channel, sku, category, places, from, until, ...rest } = said
  const text = `SELECT (SELECT id FROM item WHERE merchant_id = $1 AND sku = $2) AS "itemId",
    ARRAY(SELECT id FROM location WHERE merchant_id = $1 AND name = ANY ($3::text[]) ORDER BY id) AS places`
  const values = [life.world.merchantId, sku, places]
  const { rows } = await life.db.query<{ itemId: number | null; places: number[] }>({ text, values })
  const named = { itemId: rows[0]?.itemId ?? null, places: rows[0]?.places ?? [], category }
  const accountId = channel === null ? null : (life.accounts.get(channel) ?? 0)
  const schedule = { from: from?.toISOString() ?? null, until: until?.toISOString() ?? null }
  return { ...rest, ...named, ...schedule, accountId, remarkId: null, ownerId: null, reviewOn: null }
}

type Wanted = { change: 'save' | 'end'; ruleId: number | null; draft: RuleDraft | null }

// A person has looked at what would change before: the preview knows only channels that the app has.
async function carriedOut(life: Stage, { change, ruleId, draft }: Wanted): Promise<Refusal | { ruleId: number }> {
  const { merchantId } = life.world
  const text = `INSERT INTO rule_preview (merchant_id, change, rule_id, draft, rules_version, asked_by, asked_at, finished_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $7) RETURNING id`
  const values = [merchantId, change, ruleId, draft && JSON.stringify(draft), await rulesVersion(life.db, merchantId)]
  const { rows } = await life.db.query<{ id: number }>({
    text,
    values: [...values, life.clerk.actor, life.clock.now()],
  })
  const asked = { previewId: rows[0]?.id ?? 0, change }
  return insist(life, () => carryOutPreview(life.world.road.sync, life.clerk, asked))
}

export const RULES: Action[] = [{ name: 'change a rule', weight: 3, perform: changeRules }]
export const BUFFERS: Action[] = [{ name: 'keep back from shopify', weight: 2, perform: keepBack }]
