import { z } from 'zod'
import { isRefusal } from '../kernel/refusal.ts'
import { addPartner, erasePartner } from '../merchant/partner.server.ts'
import { BENCH_WORK, OWNERS, PLACE_KINDS, QUANTITY_NAMES } from '../merchant/place.ts'
import { addPlace, archivePlace, editPlace } from '../sync/arrange-place.server.ts'
import { askMapping, mapPlace, unmapPlace } from '../sync/map-place.server.ts'
import { tellPages } from '../sync/wake.server.ts'
import { decision, type Deciding } from './decision.server.ts'
import { flag, id, maybeId, textUpTo } from './fields.ts'

const HOURS_IN_TEN_YEARS = 87_600
const nothing = (given: unknown) => (given === '' || given === undefined ? null : given)

const name = textUpTo(80).min(1, 'must have a name')
const place = {
  name,
  kind: z.enum(PLACE_KINDS),
  work: z.preprocess(nothing, z.enum(BENCH_WORK).nullable()),
  owner: z.enum(OWNERS),
  partnerId: maybeId,
  sellable: flag,
  expectedHours: z.preprocess(nothing, z.coerce.number().int().positive().max(HOURS_IN_TEN_YEARS).nullable()),
  needsCheck: flag,
}
const mapping = { accountId: id, locationId: id, externalId: textUpTo(200).min(1), name: z.enum(QUANTITY_NAMES) }

/** How the merchant's places are set up, and what of them stands where in a channel. */
export const PLACE_DECISIONS = {
  'add-place': decision({
    needs: 'arrange',
    shape: place,
    carryOut: async (given, who) => refusalOf(await addPlace(who.sync, who, given)),
  }),
  'edit-place': decision({
    needs: 'arrange',
    shape: { ...place, locationId: id },
    carryOut: async (given, who) => refusalOf(await editPlace(who.sync, who, given)),
  }),
  'archive-place': decision({
    needs: 'arrange',
    shape: { locationId: id },
    carryOut: async (given, who) => refusalOf(await archivePlace(who.sync, who, given)),
  }),
  'ask-mapping': decision({
    needs: 'arrange',
    looks: true,
    shape: mapping,
    carryOut: (given, who) => askMapping(who.sync, who, given),
  }),
  'map-place': decision({
    needs: 'arrange',
    shape: { ...mapping, right: z.preprocess(nothing, z.enum(['ours', 'theirs']).nullable()) },
    carryOut: (given, who) => mapPlace(who.sync, who, given),
  }),
  'unmap-place': decision({
    needs: 'arrange',
    shape: { accountId: id, locationId: id },
    carryOut: (given, who) => unmapPlace(who.sync, who, given),
  }),
  'add-partner': decision({
    needs: 'handle',
    shape: { name },
    carryOut: async (given, who) => {
      const partnerId = await addPartner(who.sync.db, {
        ...given,
        merchantId: who.merchantId,
        at: who.sync.clock.now(),
      })
      await tellPages(who.sync.db, who.merchantId)
      return { said: { partnerId } }
    },
  }),
  'erase-partner': decision({
    needs: 'arrange',
    shape: { partnerId: id },
    carryOut: erase,
  }),
}

const refusalOf = (answer: unknown) => (isRefusal(answer) ? answer : undefined)

async function erase({ partnerId }: { partnerId: number }, who: Deciding) {
  const refusal = await erasePartner(who.sync.db, { merchantId: who.merchantId, partnerId })
  await tellPages(who.sync.db, who.merchantId)
  return refusal
}
