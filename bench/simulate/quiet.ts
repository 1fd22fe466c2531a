import { checkSeals } from '#app/pool/check-seals.server.ts'
import { settleDrift } from '#app/sync/decisions.server.ts'
import { brokenDerivations } from './derivations.ts'
import { notForgotten } from './erasure.ts'
import { brokenLaws, type Violation } from './laws.ts'
import { channelsShowOther } from './shown.ts'
import { type Stage, sweep, who } from './stage.ts'

const MINUTE_MS = 60_000
const MOST_MINUTES = 240
const QUIET_MINUTES = 6
const MOST_SAID = 5

/**
 * Lets everything that was under way come to its end, with nothing going wrong any more and a person answering what is
 * asked. Returns what is due for ever.
 */
export async function comeToRest(stage: Stage): Promise<Violation[]> {
  const { clock, faults, world } = stage
  faults.isQuiet = true
  let quietFor = 0
  for (let minute = 0; minute < MOST_MINUTES; minute += 1) {
    await clock.runTo(new Date(clock.now().getTime() + MINUTE_MS))
    await sweep(stage)
    await clock.runTo(clock.now())
    const asked = await answerQuestions(stage)
    quietFor = asked > 0 || world.road.queued() > 0 || (await underWay(stage)).length > 0 ? 0 : quietFor + 1
    if (quietFor >= QUIET_MINUTES) return []
  }
  const left = [...(await underWay(stage)), `${world.road.queued()} facts`]
  return [{ law: 'it comes to rest', detail: left.slice(0, MOST_SAID).join('; ') }]
}

async function underWay({ db, world }: Stage): Promise<string[]> {
  const text = `SELECT format('%s: %s is to be told to %s', i.sku, l.title, a.channel) AS what FROM listing_due d
      JOIN listing l ON l.merchant_id = d.merchant_id AND l.id = d.listing_id JOIN item i ON i.merchant_id = l.merchant_id AND i.id = l.item_id
      JOIN channel_account a ON a.merchant_id = d.merchant_id AND a.id = d.account_id WHERE d.merchant_id = $1
    UNION ALL SELECT format('%s: %s is to be mirrored%s', i.sku, m.key, ' and parked: ' || d.parked) FROM mirror_due d
      JOIN item i ON i.merchant_id = d.merchant_id AND i.id = d.item_id
      JOIN movement m ON m.merchant_id = d.merchant_id AND m.item_id = d.item_id AND m.id = d.movement_id WHERE d.merchant_id = $1
    UNION ALL SELECT format('a cart is kept until %s', until) FROM cart WHERE merchant_id = $1 AND status = 'active'
    UNION ALL SELECT format('a hold lasts until %s', until) FROM hold WHERE merchant_id = $1 AND status = 'active'
    UNION ALL SELECT format('account %s is behind the rules', account_id) FROM rules_behind WHERE merchant_id = $1
    UNION ALL SELECT format('%s is to be handed on', key) FROM stock_changed WHERE merchant_id = $1
    UNION ALL SELECT format('%s of %s is unexplained', l.unexplained, l.sku) FROM listing l WHERE l.merchant_id = $1 AND l.unexplained > 0
    ORDER BY 1`
  return (await db.query<{ what: string }>({ text, values: [world.merchantId] })).rows.map(({ what }) => what)
}

type Asked = { id: number; sku: string; channel: string; unexplained: number }

// A person looks at the listing there: pieces they sold by hand are gone, anything else was not meant.
export async function answerQuestions(stage: Stage): Promise<number> {
  const { db, world, books } = stage
  const text = `SELECT l.id, l.sku, a.channel, l.unexplained FROM listing l JOIN channel_account a ON a.merchant_id = l.merchant_id AND a.id = l.account_id
    WHERE l.merchant_id = $1 AND l.unexplained > 0 ORDER BY l.id`
  const { rows } = await db.query<Asked>({ text, values: [world.merchantId] })
  for (const { id, sku, channel, unexplained } of rows) {
    const gone = books.word(channel, sku)
    // More is missing than was sold by hand: the hand's sale is called off, and all of it was an error.
    const right = gone === unexplained && books.left(sku) >= 0 ? 'theirs' : 'ours'
    if (gone > 0 && right === 'ours') books.change(sku, { sellable: gone, total: gone })
    await settleDrift(world.road.sync, who(world), { listingId: id, right })
  }
  if (rows.length > 0) world.road.kick(world.merchantId)
  return rows.length
}

/** What must hold once nothing is under way: what the app says is what is there, and what channels show is what it says. */
export async function brokenAtRest(stage: Stage): Promise<Violation[]> {
  const { db, world } = stage
  return [
    ...(await brokenLaws(db, world.merchantId, null)),
    ...(await stockIsNotTrue(stage)),
    ...(await channelsShowOther(stage)),
    ...(await brokenDerivations(db, world.merchantId, 0)).broken,
    ...(await sealsAreBroken(stage)),
    ...(await notForgotten(stage)),
  ]
}

async function sealsAreBroken({ db, world }: Stage): Promise<Violation[]> {
  const broken = await checkSeals(db, world.merchantId)
  return broken.map(({ n, wrong }) => ({ law: 'the seals of the ledger hold', detail: `seal ${n}: ${wrong}` }))
}

type Said = { sku: string; sellable: number; total: number; short: number }

// For sale: what lies there, what a rule keeps back from Shopify alone, and what can be made. Sets that lack a part take
// nothing of the others, and are short of them all the same.
async function said({ db, world }: Stage): Promise<Said[]> {
  const text = `SELECT i.sku, (COALESCE(sum(b.available + LEAST(COALESCE(k.quantity, 0), b.safety_stock)) FILTER (WHERE l.sellable), 0)
        + COALESCE((SELECT m.capacity FROM made_to_order m WHERE m.merchant_id = $1 AND m.item_id = i.id), 0))::int AS sellable,
      COALESCE(sum(b.available + b.reserved + b.held + b.in_work + b.quality_check + b.damaged + b.safety_stock + b.incoming), 0)::int AS total,
      ((SELECT COALESCE(sum(s.outstanding), 0) FROM shortfall s WHERE s.merchant_id = $1 AND s.item_id = i.id)
        + (SELECT COALESCE(sum(s.outstanding * c.needs), 0) FROM bundle_component c JOIN shortfall s ON s.merchant_id = $1 AND s.item_id = c.bundle_id
          WHERE c.merchant_id = $1 AND c.component_id = i.id AND c.until IS NULL))::int AS short
    FROM item i LEFT JOIN balance b ON b.merchant_id = i.merchant_id AND b.item_id = i.id
    LEFT JOIN location l ON l.merchant_id = b.merchant_id AND l.id = b.location_id
    LEFT JOIN rule_buffer k ON k.merchant_id = b.merchant_id AND k.item_id = b.item_id AND k.location_id = b.location_id
    WHERE i.merchant_id = $1 AND i.kind <> 'bundle' GROUP BY i.id, i.sku ORDER BY i.sku`
  return (await db.query<Said>({ text, values: [world.merchantId] })).rows
}

async function stockIsNotTrue(stage: Stage): Promise<Violation[]> {
  const { books } = stage
  return (await said(stage)).flatMap(({ sku, sellable, total, short }) => {
    const law = 'the app says what is there'
    const wrong = (what: string, ours: number, truth: number) =>
      ours === truth ? [] : [{ law, detail: `${sku}: ${what} ${ours}, in truth ${truth}` }]
    return [...wrong('for sale', sellable - short, books.left(sku)), ...wrong('in the house', total, books.total(sku))]
  })
}
