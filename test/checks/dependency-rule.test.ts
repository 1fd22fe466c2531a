import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))

/** What one file imports, and the rule that this breaks, if any. */
type Line = [importer: string, imported: string, rule?: string]

const FORBIDDEN: Line[] = [
  ['app/kernel/money.ts', '#app/catalog/item.ts', 'kernel-knows-only-itself'],
  ['app/kernel/session.server.ts', '#app/db.server.ts', 'kernel-knows-only-itself'],
  ['app/queue/fact.ts', '#app/pool/movement.ts', 'queue-knows-only-itself-kernel'],
  ['app/merchant/role.ts', '#app/catalog/item.ts', 'merchant-knows-only-itself-kernel'],
  ['app/catalog/match.ts', '#app/channels/connector.ts', 'catalog-knows-only-itself-kernel'],
  ['app/channels/limiter.ts', '#app/queue/fact.ts', 'channels-knows-only-itself-kernel'],
  ['app/incidents/incident.ts', '#app/pool/movement.ts', 'incidents-knows-only-itself-kernel'],
  ['app/pool/hold.ts', '../merchant/role.ts', 'pool-knows-only-itself-kernel-queue-catalog'],
  ['app/pool/stock.server.ts', '#app/sync/publish.server.ts', 'pool-knows-only-itself-kernel-queue-catalog'],
  [
    'app/orders/book.ts',
    '#app/sync/facts.ts',
    'orders-knows-only-itself-kernel-queue-merchant-catalog-channels-incidents-pool',
  ],
  [
    'app/sync/inbox.ts',
    '#app/insight/demand.ts',
    'sync-knows-only-itself-kernel-queue-merchant-catalog-channels-incidents-pool-orders',
  ],
  [
    'app/sync/poll.ts',
    '#sandbox/http.ts',
    'sync-knows-only-itself-kernel-queue-merchant-catalog-channels-incidents-pool-orders',
  ],
  ['app/insight/demand.ts', '#app/pool/movement.ts', 'insight-knows-only-itself-kernel'],
  ['app/insight/kpi.ts', '#app/kernel/system-clock.server.ts', 'insight-is-pure'],
  ['app/insight/rows.server.ts', '#app/kernel/clock.ts', 'insight-and-ui-have-only-pure-files'],
  ['app/ui/table.server.ts', '#app/kernel/clock.ts', 'insight-and-ui-have-only-pure-files'],
  ['app/channels/etsy/wire.ts', '../shopify/limits.ts', 'a-connector-knows-no-other'],
  ['app/channels/meter.ts', './etsy/limits.ts', 'connectors-are-known-by-their-contract'],
  ['app/sync/read-back.ts', '#app/channels/etsy/limits.ts', 'connectors-are-known-by-their-contract'],
  ['app/channels/etsy/oauth.server.ts', '@shopify/shopify-api', 'only-its-connector-and-the-edge-know-shopify'],
  ['app/merchant/shop.server.ts', '@shopify/shopify-app-remix/server', 'only-its-connector-and-the-edge-know-shopify'],
  ['app/catalog/sku.ts', './sku-rows.server.ts', 'pure-files-know-no-world'],
  ['app/ui/live.ts', '#app/db.server.ts', 'pure-files-know-no-world'],
  ['app/pool/available.ts', 'pg', 'pure-files-know-no-world'],
  ['app/queue/outbox.ts', 'graphile-worker', 'pure-files-know-no-world'],
  ['app/catalog/rows.ts', '@prisma/client', 'pure-files-know-no-world'],
  ['app/kernel/read.ts', 'node:fs', 'pure-files-know-no-node'],
  ['app/ui/socket.tsx', 'node:net', 'pure-files-know-no-node'],
  ['app/web.server.ts', '#sandbox/http.ts', 'the-app-knows-no-sandbox'],
  ['app/env.server.ts', '#test/support/database.ts', 'the-app-knows-no-sandbox'],
  ['sandbox/etsy/shop.ts', '#app/channels/etsy/limits.ts', 'the-sandbox-shares-only-the-kernel'],
  ['extensions/block/index.tsx', '#app/kernel/money.ts', 'extensions-speak-http'],
  ['app/handlers.server.ts', '#app/routes/webhooks.etsy.ts', 'nothing-imports-a-route'],
  ['app/routes/app.items.tsx', './app.holds.tsx', 'nothing-imports-a-route'],
  ['app/routes/app.bench/route.tsx', '../app.memo/table.tsx', 'no-route-imports-another'],
  ['app/pool/one.ts', './other.ts', 'no-cycles'],
  ['app/pool/lost.ts', './nowhere.ts?missing', 'everything-is-there'],
]

const ALLOWED: Line[] = [
  ['app/kernel/clock.ts', './refusal.ts'],
  ['app/pool/rule.ts', '#app/kernel/money.ts'],
  ['app/pool/balance.ts', '#app/catalog/item.ts'],
  ['app/pool/ledger.server.ts', '#app/db.server.ts'],
  ['app/pool/facts.server.ts', '#app/queue/fact.ts'],
  ['app/orders/order.server.ts', '#app/pool/stock.server.ts'],
  ['app/sync/publish.server.ts', '#app/orders/book.ts'],
  ['app/sync/send.server.ts', '#app/channels/connector.ts'],
  ['app/insight/forecast.ts', '#app/kernel/money.ts'],
  ['app/channels/registry.server.ts', './etsy/limits.ts'],
  ['app/channels/shopify/api.server.ts', '@shopify/shopify-api'],
  ['app/shopify.server.ts', '@shopify/shopify-app-remix/server'],
  ['app/ui/card.tsx', '@shopify/polaris'],
  ['app/ui/number.tsx', '#app/pool/rule.ts'],
  ['app/routes/app.holds.tsx', '#app/pool/ledger.server.ts'],
  ['app/routes/app.memo/route.tsx', './table.tsx'],
  ['app/worker.server.ts', '#app/sync/publish.server.ts'],
  ['sandbox/shopify/shop.ts', '#app/kernel/clock.ts'],
  ['bench/replay.ts', '#app/sync/publish.server.ts'],
  ['test/routes/app.holds.test.ts', '#app/routes/app.holds.tsx'],
]

// A cycle is reported once, at the file it was entered by.
const BACK: Line = ['app/pool/other.ts', './one.ts']

const Rules = z.object({ forbidden: z.array(z.object({ name: z.string() })) })

const Report = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
    totalCruised: z.number(),
  }),
})

let folder: string
let broken: string[]

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitrine-dependencies-'))
  for (const file of ['package.json', 'tsconfig.json']) copyFileSync(join(CHECKOUT, file), join(folder, file))
  symlinkSync(join(CHECKOUT, 'node_modules'), join(folder, 'node_modules'))
  for (const line of [...FORBIDDEN, ...ALLOWED]) writeTarget(line)
  for (const [importer, imported] of [...FORBIDDEN, ...ALLOWED, BACK]) {
    write(importer, `import * as it from '${imported.replace('?missing', '')}'\nexport { it }\n`)
  }
  const command = join(CHECKOUT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')
  const config = ['--config', join(CHECKOUT, '.dependency-cruiser.cjs'), '--output-type', 'json']
  const { stdout } = spawnSync(
    process.execPath,
    [command, ...config, 'app', 'sandbox', 'bench', 'extensions', 'test'],
    {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 50_000_000,
    },
  )
  broken = Report.parse(JSON.parse(stdout)).summary.violations.map(({ from, rule }) => `${from}: ${rule.name}`)
})
afterAll(() => rmSync(folder, { recursive: true }))

/** An empty module where `imported` points; what is in a package or missing on purpose is left alone. */
function writeTarget([importer, imported]: Line): void {
  if (imported.endsWith('?missing')) return
  if (imported.startsWith('#')) write(imported.slice(1), 'export {}\n')
  if (imported.startsWith('.')) write(join(dirname(importer), imported), 'export {}\n')
}

function write(path: string, text: string): void {
  mkdirSync(dirname(resolve(folder, path)), { recursive: true })
  writeFileSync(resolve(folder, path), text)
}

test('every rule is tried', () => {
  const { forbidden } = Rules.parse(createRequire(import.meta.url)('../../.dependency-cruiser.cjs'))
  expect(new Set(FORBIDDEN.map(([, , rule]) => rule))).toEqual(new Set(forbidden.map(({ name }) => name)))
})

describe('it is refused that', () => {
  test.each(FORBIDDEN)('%s imports %s', (importer, _, rule) => {
    expect(broken).toContain(`${importer}: ${rule}`)
  })
})

describe('it is allowed that', () => {
  test.each(ALLOWED)('%s imports %s', (importer) => {
    expect(broken.filter((line) => line.startsWith(`${importer}:`))).toEqual([])
  })
})
