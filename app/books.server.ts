import { asCommand, merchantOf, NotUnderstood, onDatabase, readCommand } from './command.server.ts'
import { pause } from './kernel/session.server.ts'
import { isRefusal } from './kernel/refusal.ts'
import { lastSeal } from './pool/seal.server.ts'
import { rebuildBooks, verifyBooks, verifySeals } from './sync/books.server.ts'
import type { Sync } from './sync/facts.ts'
import { sealHourly } from './sync/seal-hourly.server.ts'

// `npm run books -- verify|rebuild|check-seal|seal [--merchant N]`. Without a merchant: all of them. The last line of
// stdout is one JSON object (docs/books.md); it ends with 1 when something is wrong.

const USAGE = 'npm run books -- verify|rebuild|check-seal|seal [--merchant N]'

type Found = { merchantId: number; wrong: number } & Record<string, unknown>

const WORKS: Record<string, (sync: Sync, merchantId: number) => Promise<Found>> = {
  async verify(sync, merchantId) {
    const drifts = await verifyBooks(sync, { merchantId, actor: 'app' })
    return { merchantId, wrong: drifts.length, drifts }
  },
  async rebuild(sync, merchantId) {
    const mended = await rebuildBooks(sync, { merchantId, actor: 'app' })
    if (isRefusal(mended)) return { merchantId, wrong: 1, refused: mended.sentence }
    return { merchantId, wrong: 0, mended }
  },
  async 'check-seal'(sync, merchantId) {
    const broken = await verifySeals(sync, { merchantId, actor: 'app' })
    return { merchantId, wrong: broken.length, broken, last: await lastSeal(sync.db, merchantId) }
  },
  async seal(sync, merchantId) {
    return { merchantId, wrong: 0, last: await lastSeal(sync.db, merchantId) }
  },
}

await asCommand(async () => {
  const { words, options } = readCommand(process.argv.slice(2), ['merchant'], USAGE)
  const [name = ''] = words
  const work = Object.hasOwn(WORKS, name) ? WORKS[name] : undefined
  if (!work || words.length !== 1) throw new NotUnderstood(USAGE)
  const one = options['merchant'] === undefined ? null : merchantOf(options['merchant'], USAGE)
  await onDatabase('books', async (sync) => {
    if (name === 'seal') await sealAll(sync)
    const found: Found[] = []
    for (const merchantId of one === null ? await merchants(sync) : [one]) found.push(await work(sync, merchantId))
    process.stdout.write(`${JSON.stringify({ name, merchants: found })}\n`)
    if (found.some(({ wrong }) => wrong > 0)) process.exitCode = 1
  })
})

async function sealAll(sync: Sync): Promise<void> {
  const hourly = sealHourly(sync)
  for (let next = await hourly.run(); next; next = await hourly.run()) {
    await pause(sync.clock, next.getTime() - sync.clock.now().getTime(), new AbortController().signal)
  }
}

async function merchants({ db }: Sync): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>({ text: 'SELECT id FROM merchant ORDER BY id' })
  return rows.map(({ id }) => id)
}
