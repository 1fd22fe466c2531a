import { keepsStock } from '#app/channels/connector.ts'
import type { Statement } from '#app/kernel/sql.ts'
import type { Sabotage } from '../../bench/simulate/sabotage.ts'
import { saveRule } from '../../bench/simulate/rules.ts'
import type { Stage } from '../../bench/simulate/stage.ts'

// Builds that are broken on purpose, without a line of the product changed: what it sends to the database, or hears from
// a channel, is changed on its way.

/** A sabotage, and what of the database's own guards has to go for it to be felt. */
export type Broken = {
  sabotage: Sabotage
  prepared: (stage: Stage) => Promise<void>
}

const rewriting =
  (changes: Record<string, (text: string) => string>) =>
  (statement: Statement): Statement => {
    const change = changes[statement.name ?? '']
    if (!change) return statement
    const text = change(statement.text)
    if (text === statement.text) throw new Error(`The sabotage of ${statement.name} changes nothing any more.`)
    return { ...statement, text }
  }

const without = (part: string) => (text: string) => text.replaceAll(part, '')

/** Whoever reserves takes, whether it is there or not. */
export const WITHOUT_GUARD: Broken = {
  sabotage: {
    name: 'guard',
    rewrite: rewriting({ 'reserve-at-one-place': without('AND b.available >= $10') }),
  },
  async prepared({ db }) {
    await db.query({ text: 'ALTER TABLE balance DROP CONSTRAINT IF EXISTS balance_available_check' })
  },
}

const NOT_YET = '(SELECT n FROM movement WHERE merchant_id = $1 AND key = $2 ORDER BY n LIMIT 1) IS NULL'

/** What was done once is done again when it is said again. */
export const WITHOUT_DEDUPE: Broken = {
  sabotage: {
    name: 'dedupe',
    rewrite: rewriting({ append: (text) => text.replaceAll(NOT_YET, 'true') }),
  },
  async prepared({ db }) {
    await db.query({ text: 'ALTER TABLE movement DROP CONSTRAINT IF EXISTS movement_merchant_id_key_n_key' })
  },
}

/** Numbers are raised though the channel's orders were not read. */
export const WITHOUT_CAUSAL_RULE: Broken = {
  sabotage: {
    name: 'causal rule',
    connector: (connector, isSweep) => {
      if (keepsStock(connector)) return connector
      return {
        ...connector,
        async ordersSince(since, cursor) {
          const page = await connector.ordersSince(since, cursor)
          return isSweep() ? page : { ...page, rows: [] }
        },
      }
    },
  },
  prepared: () => Promise.resolve(),
}

// A rule that every shop has from the first moment on.
const neverTheLast = async (stage: Stage): Promise<void> => {
  const everywhere = { channel: null, sku: null, category: null, from: null, until: null }
  await saveRule(stage, { ...everywhere, kind: 'never_last', quantity: 1, low: null, slowMs: null, places: [] })
}

/** The last one is shown, though a rule says never to. */
export const WITHOUT_ITS_RULE: Broken = {
  sabotage: {
    name: 'never show the last one',
    rewrite: rewriting({
      'due-listings': (text) => text.replaceAll('r.valid_to IS NULL', "r.valid_to IS NULL AND r.kind <> 'never_last'"),
    }),
  },
  prepared: neverTheLast,
}

/** What is kept with a number that was sent is not what it followed from. */
export const WITHOUT_ITS_REASONS: Broken = {
  sabotage: {
    name: 'the reasons of a number',
    rewrite: rewriting({
      'keep-outcomes': (text) =>
        text.replaceAll(
          'quantity, seq, derivation, since, $4',
          "quantity, seq, jsonb_set(derivation, '{terms,rules}', '[]'), since, $4",
        ),
    }),
  },
  prepared: neverTheLast,
}
