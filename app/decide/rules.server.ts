import { z } from 'zod'
import { isRefusal } from '../kernel/refusal.ts'
import { RULE_KINDS } from '../pool/rule.ts'
import { momentsOf } from '../merchant/local-time.server.ts'
import { setCategory, undoCategory } from '../sync/category.server.ts'
import { askPreview, carryOutPreview, type Wanted } from '../sync/rule-change.server.ts'
import { decision, type Deciding } from './decision.server.ts'
import { id } from './fields.ts'
import { day, localMoment, optional, wholeNumber, words } from './rule-fields.ts'

const placeIds = z
  .string()
  .max(2_000)
  .regex(/^(\d{1,9}(,\d{1,9})*)?$/, 'must be places by their numbers')
  .transform((text) => (text === '' ? [] : text.split(',').map(Number)))

const shape = {
  change: z.enum(['save', 'end', 'undo']),
  ruleId: optional(id),
  kind: optional(z.enum(RULE_KINDS)),
  accountId: optional(id),
  itemId: optional(id),
  category: optional(words),
  quantity: optional(wholeNumber),
  low: optional(wholeNumber),
  slowSeconds: optional(wholeNumber),
  places: placeIds.default([]),
  from: optional(localMoment),
  until: optional(localMoment),
  reason: optional(words),
  ownerId: optional(id),
  reviewOn: optional(day),
}
type Form = z.infer<z.ZodObject<typeof shape>>

const previewed = (change: 'save' | 'end' | 'undo') =>
  decision({
    needs: 'arrange',
    shape: { previewId: id },
    carryOut: async ({ previewId }, who) => {
      const done = await carryOutPreview(who.sync, who, { previewId, change })
      return isRefusal(done) ? done : { said: done }
    },
  })

/** What is decided about rules: nothing before its effect was looked at. */
export const RULE_DECISIONS = {
  'rule-preview': decision({ needs: 'arrange', looks: true, shape, carryOut: preview }),
  'rule-save': previewed('save'),
  'rule-end': previewed('end'),
  'rule-undo': previewed('undo'),
  'item-category': decision({
    needs: 'arrange',
    shape: { itemId: id, category: optional(words) },
    carryOut: (given, who) => setCategory(who.sync, who, given),
  }),
  'item-category-undo': decision({
    needs: 'arrange',
    shape: { itemId: id, changeId: id },
    carryOut: (given, who) => undoCategory(who.sync, who, given),
  }),
}

async function preview(form: Form, who: Deciding) {
  const asked = await askPreview(who.sync, who, await wantedBy(form, who))
  return isRefusal(asked) ? asked : { said: asked }
}

async function wantedBy(form: Form, { sync, merchantId }: Deciding): Promise<Wanted> {
  const { change, ruleId, reason, kind, quantity, slowSeconds, from, until, ...rest } = form
  if (change !== 'save' || kind === null || quantity === null) return { change, ruleId, reason, draft: null }
  const [begins, ends] = await momentsOf(sync.db, merchantId, [from, until])
  const slowMs = slowSeconds === null ? null : slowSeconds * 1_000
  return {
    change,
    ruleId,
    reason,
    draft: {
      ...rest,
      kind,
      quantity,
      slowMs,
      from: begins?.toISOString() ?? null,
      until: ends?.toISOString() ?? null,
      remarkId: null,
    },
  }
}
