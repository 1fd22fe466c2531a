import { once } from 'node:events'
import { auditCsv, readAuditFilter } from './audit-csv.server.ts'
import { asCommand, merchantOf, NotUnderstood, onDatabase, readCommand } from './command.server.ts'
import { decisionsCsv } from './decisions-csv.server.ts'
import { sealedLines } from './pool/sealed-lines.server.ts'

// `npm run export -- --merchant N …` writes to stdout; `npm run --silent` keeps npm's own lines out of the file.

const USAGE =
  'npm run --silent export -- --merchant N [--of movements|decisions|seals] [--from YYYY-MM-DD] [--to YYYY-MM-DD] [--item N] [--who person/N]'

await asCommand(async () => {
  const names = ['merchant', 'of', 'from', 'to', 'item', 'who']
  const { words, options } = readCommand(process.argv.slice(2), names, USAGE)
  const { merchant, of = 'movements', ...asked } = options
  const filter = readAuditFilter(asked)
  const merchantId = merchantOf(merchant, USAGE)
  if (!filter || words.length > 0 || !['movements', 'decisions', 'seals'].includes(of)) throw new NotUnderstood(USAGE)
  await onDatabase('export', async ({ db }) => {
    if (of === 'seals') return write(sealedLines(db, merchantId))
    return write((of === 'decisions' ? decisionsCsv : auditCsv)(db, merchantId, filter))
  })
})

async function write(pieces: AsyncIterable<string>): Promise<void> {
  for await (const piece of pieces) if (!process.stdout.write(piece)) await once(process.stdout, 'drain')
}
