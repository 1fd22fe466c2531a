import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { isRefusal } from '../kernel/refusal.ts'
import { makeApiKey, revokeApiKey } from '../merchant/api-key.server.ts'
import { tellPages } from '../sync/wake.server.ts'
import { decision } from './decision.server.ts'
import { id, token, words } from './fields.ts'

// "https://shop.example": what a browser sends as Origin, and nothing behind it.
const origin = z
  .string()
  .max(200)
  .regex(/^https:\/\/[a-z0-9.-]+(:\d{1,5})?$/, 'must be an address as https://shop.example')

const unsaid = z.literal('').transform(() => null)

/** What is decided about the keys by which a shop front of the merchant's own speaks to us. */
export const API_KEY_DECISIONS = {
  'api-key-new': decision({
    needs: 'arrange',
    shape: { accountId: id, name: words, origin: z.union([unsaid, origin]).nullish().default(null), token },
    async carryOut(key, { sync, merchantId, actor }) {
      const who = { merchantId, actor, at: sync.clock.now() }
      const made = await makeApiKey(sync.db, who, { key, random: randomBytes })
      if (isRefusal(made)) return made
      await tellPages(sync.db, merchantId)
      return { said: { secret: made.secret } }
    },
  }),
  'api-key-revoke': decision({
    needs: 'arrange',
    shape: { keyId: id },
    async carryOut({ keyId }, { sync, merchantId, actor }) {
      const refused = await revokeApiKey(sync.db, { merchantId, actor, at: sync.clock.now() }, keyId)
      await tellPages(sync.db, merchantId)
      return refused
    },
  }),
}
