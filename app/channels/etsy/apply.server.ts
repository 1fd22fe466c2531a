import { TryAgain } from '../../kernel/outage.ts'
import type { SetQuantity, WriteOutcome } from '../connector.ts'
import type { EtsyCalls, Lane, Reply } from './call.server.ts'
import { sentenceOf } from './fetch-whole.server.ts'
import { type Plan, type Step, mayLackProfile, planListing } from './inventory-write.ts'
import { inventories } from './listings.server.ts'
import { type WireListing, wireInventory } from './wire.ts'

/** One unit with what is to be done about it. */
type Job = { lane: Lane; changes: SetQuantity[]; listingId: string; plan: Plan }

type Done = { outcomes: WriteOutcome[]; waitMs: number | null }

/** Changes by the listing they are about: it is written as a whole, all its variations in one call. */
export function byListing(changes: SetQuantity[]): SetQuantity[][] {
  const units = Map.groupBy(changes, ({ ref }) => ref.externalId)
  return [...units.values()]
}

/** One read for all; then a call for each listing, and two for one that comes back on sale. */
export const callsFor = (units: SetQuantity[][]): number =>
  units.reduce((calls, unit) => calls + (comesBack(unit) ? 2 : 1), units.length > 0 ? 1 : 0)

const comesBack = (unit: SetQuantity[]): boolean =>
  unit.every(({ expected }) => expected === 0) && unit.some(({ quantity }) => quantity > 0)

/**
 * Reads the units' listings in one call, compares and writes. Throws TryAgain only when nothing at all was written;
 * a unit that was turned away while others were written is `unknown`.
 */
export async function applyUnits(etsy: EtsyCalls, shopId: string, units: SetQuantity[][]): Promise<WriteOutcome[]> {
  if (units.length === 0) return []
  // All is read before anything is written: an outage while reading leaves nothing half done.
  const jobs = await jobsFor(etsy, units)
  const done = await Promise.all(jobs.map((job) => carryOut(etsy, shopId, job)))
  const waits = done.flatMap(({ waitMs }) => (waitMs === null ? [] : [waitMs]))
  if (waits.length === done.length) throw new TryAgain(Math.max(...waits), 'Etsy asks us to wait: nothing was written.')
  return done.flatMap(({ outcomes }) => outcomes)
}

const laneOf = (changes: SetQuantity[]): Lane => (changes.some(({ quantity }) => quantity === 0) ? 'urgent' : 'write')

async function jobsFor(etsy: EtsyCalls, units: SetQuantity[][]): Promise<Job[]> {
  const ids = [...new Set(units.flat().map(({ ref }) => ref.externalId))]
  const found = await inventories(etsy, laneOf(units.flat()), ids)
  const byId = new Map(found.map((listing) => [String(listing.listing_id), listing]))
  const jobs = units.map(async (changes): Promise<Job> => {
    const listingId = changes[0]?.ref.externalId ?? ''
    const lane = laneOf(changes)
    return { lane, changes, listingId, plan: await planFor(etsy, byId.get(listingId), { lane, changes }) }
  })
  return Promise.all(jobs)
}

async function planFor(
  etsy: EtsyCalls,
  listing: WireListing | undefined,
  { lane, changes }: Pick<Job, 'lane' | 'changes'>,
): Promise<Plan> {
  const refused = (reason: string) => ({
    steps: [],
    outcomes: allOf(changes, { outcome: 'rejected', reason, shown: null }),
  })
  if (!listing) return refused('dead')
  if (!listing.inventory) return refused('Etsy keeps no inventory for it until its seller has edited it there')
  const plan = planListing(listing, changes)
  if (!mayLackProfile(listing) || !plan.steps.some(({ is }) => is === 'inventory')) return plan
  const read = await etsy.read(wireInventory, { lane, path: `listings/${listing.listing_id}/inventory` })
  return read ? planListing({ ...listing, inventory: read.value }, changes) : refused('dead')
}

const allOf = (changes: SetQuantity[], rest: Omit<WriteOutcome, 'listingId'>): WriteOutcome[] =>
  changes.map(({ listingId }) => ({ listingId, ...rest }))

async function carryOut(etsy: EtsyCalls, shopId: string, job: Job): Promise<Done> {
  for (const [n, step] of job.plan.steps.entries()) {
    const reply = await send(etsy, { shopId, job, step })
    const failure = failureOf(reply, n > 0)
    if (!failure) continue
    const waitMs = reply.is === 'unsent' && n === 0 ? reply.afterMs : null
    return { outcomes: allOf(job.changes, failure), waitMs }
  }
  return { outcomes: job.plan.outcomes, waitMs: null }
}

function send(etsy: EtsyCalls, { shopId, job, step }: { shopId: string; job: Job; step: Step }): Promise<Reply> {
  const { lane, listingId } = job
  if (step.is === 'inventory')
    return etsy.send({ lane, method: 'PUT', path: `listings/${listingId}/inventory`, json: step.body })
  // Form-encoded: a JSON body is as good as none (specification, updateListing).
  return etsy.send({
    lane,
    method: 'PATCH',
    path: `shops/${shopId}/listings/${listingId}`,
    form: { state: step.state },
  })
}

/** What a reply makes of the changes; null when the step was taken. `begun`: an earlier step of the listing was. */
function failureOf(reply: Reply, begun: boolean): Omit<WriteOutcome, 'listingId'> | null {
  if (reply.is !== 'answer') return { outcome: 'unknown', reason: reply.reason, shown: null }
  if (reply.status < 300) return null
  const reason = sentenceOf(reply.body) ?? `HTTP ${reply.status}`
  if (reply.status === 404) return { outcome: 'rejected', reason: 'dead', shown: null }
  if (begun) return { outcome: 'unknown', reason, shown: null }
  // "A request conflict with the current state of the target resource" (specification): someone else was faster.
  if (reply.status === 409) return { outcome: 'changed', reason, shown: null }
  return { outcome: 'rejected', reason, shown: null }
}
