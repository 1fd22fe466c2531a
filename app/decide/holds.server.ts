import { z } from 'zod'
import { closeIncident } from '../incidents/incident.server.ts'
import { isRefusal, refuse } from '../kernel/refusal.ts'
import type { Sql } from '../kernel/sql.ts'
import { ROLES } from '../merchant/role.ts'
import { convertHold } from '../orders/convert-hold.server.ts'
import { type ClientAsked, forgetClient } from '../pool/client.server.ts'
import { extendHold, type Holder, makeHold } from '../pool/hold.server.ts'
import { releaseHold, sellHeld } from '../pool/hold-end.server.ts'
import { moveHeld } from '../pool/move-held.server.ts'
import { keepHoldPolicy } from '../pool/hold-policy.server.ts'
import { act } from '../sync/act.server.ts'
import { wantDrafts } from '../sync/want-drafts.server.ts'
import { tellPages } from '../sync/wake.server.ts'
import { decision, type Deciding } from './decision.server.ts'
import { id, pieces, token, words } from './fields.ts'
import { moment, type Told } from './moment.ts'

// What a form leaves empty was not said.
const unsaid = z.literal('').transform(() => null)
const maybe = <T extends z.ZodType>(field: T) => z.union([unsaid, field]).nullish().default(null)
const few = (most: number) => z.coerce.number().int().min(0).max(most)

const yes = z.enum(['yes', 'no']).transform((answer) => answer === 'yes')

const policy = {
  roles: z
    .string()
    .max(100)
    .transform((text) => text.split(','))
    .pipe(z.array(z.enum(ROLES)).max(ROLES.length)),
  longestHours: few(24 * 366).min(1),
  mostRenewals: few(1_000),
  mostPerPerson: few(10_000).min(1),
  mostPerClient: few(10_000).min(1),
  depositAboveMinor: maybe(few(2 ** 31 - 1)),
  cartMinutes: few(24 * 60).min(1),
  cartLongestMinutes: few(7 * 24 * 60).min(1),
  checkouts: yes,
  shopifyDrafts: yes,
}

/** What is decided about pieces that are set aside for clients. */
export const HOLD_DECISIONS = {
  hold: decision({
    needs: 'handle',
    shape: {
      itemId: id,
      clientId: maybe(id),
      name: maybe(words),
      contact: maybe(words),
      quantity: pieces,
      until: moment,
      locationId: maybe(id),
      note: maybe(words),
      token,
    },
    async carryOut({ clientId, name, contact, until, ...asked }, who) {
      if (clientId === null && name === null) return refuse('no-client', 'Say for which client it is held.')
      const client: ClientAsked = clientId === null ? { name: name ?? '', contact } : { clientId }
      const end = await instantOf(who, until)
      return done(
        await act(who.sync, who, async (tx, at) => {
          const made = await makeHold(tx, holder(who, at), { ...asked, client, until: end })
          if (!isRefusal(made)) await wantDrafts(tx, { merchantId: who.merchantId, at }, made.holdId)
          return made
        }),
      )
    },
  }),
  'hold-extend': decision({
    needs: 'handle',
    shape: { holdId: id, until: moment },
    async carryOut({ holdId, until }, who) {
      const end = await instantOf(who, until)
      return done(await act(who.sync, who, (tx, at) => extendHold(tx, holder(who, at), { holdId, until: end })))
    },
  }),
  'hold-release': decision({
    needs: 'handle',
    shape: { holdId: id },
    carryOut: async (given, who) => done(await act(who.sync, who, (tx, at) => releaseHold(tx, holder(who, at), given))),
  }),
  'hold-move': decision({
    needs: 'handle',
    shape: { holdId: id, itemId: maybe(id), from: id, to: id, quantity: pieces, token },
    carryOut: async (given, who) => done(await act(who.sync, who, (tx, at) => moveHeld(tx, holder(who, at), given))),
  }),
  'hold-convert': decision({
    needs: 'handle',
    shape: { holdId: id, lineId: maybe(id) },
    carryOut: async ({ holdId, lineId }, who) =>
      done(
        await act(who.sync, who, (tx, at) =>
          lineId === null
            ? sellHeld(tx, holder(who, at), { holdId })
            : intoAnOrder(tx, holder(who, at), { holdId, lineId }),
        ),
      ),
  }),
  'hold-policy': decision({
    needs: 'arrange',
    shape: policy,
    async carryOut(given, { sync, merchantId }) {
      if (given.cartLongestMinutes < given.cartMinutes)
        return refuse('unclear', 'A cart cannot be kept for less at most than after each call.')
      await keepHoldPolicy(sync.db, merchantId, given)
      await tellPages(sync.db, merchantId)
      return undefined
    },
  }),
  'client-forget': decision({
    needs: 'arrange',
    shape: { clientId: id },
    async carryOut({ clientId }, { sync, merchantId }) {
      if (!(await forgetClient(sync.db, merchantId, clientId)))
        return refuse('unknown-client', 'There is no such client.')
      await tellPages(sync.db, merchantId)
      return undefined
    },
  }),
}

const holder = ({ merchantId, actor, role }: Deciding, at: Date): Holder => ({ merchantId, actor, role, at })

const done = <T>(outcome: T) => (isRefusal(outcome) ? outcome : undefined)

async function intoAnOrder(tx: Sql, who: Holder, given: { holdId: number; lineId: number }) {
  const converted = await convertHold(tx, who, given)
  if (isRefusal(converted)) return converted
  const how = { actor: who.actor, sentence: 'The piece that was on hold was given to this order.', at: who.at }
  for (const lineId of converted.nowWhole)
    await closeIncident(tx, { merchantId: who.merchantId, kind: 'oversell', subject: `line/${lineId}` }, how)
  return converted
}

async function instantOf({ sync, merchantId }: Deciding, told: Told): Promise<Date> {
  if ('instant' in told) return told.instant
  const text = 'SELECT $2::timestamp AT TIME ZONE time_zone AS at FROM merchant WHERE id = $1'
  return (await sync.db.query<{ at: Date }>({ text, values: [merchantId, told.wall] })).rows[0]!.at
}
