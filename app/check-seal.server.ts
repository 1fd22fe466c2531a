import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { asCommand, NotUnderstood, readCommand } from './command.server.ts'
import { checkSealFile } from './pool/check-seal-file.server.ts'

// `npm run check-seal -- ledger.jsonl [--last HASH]`: needs the file and nothing else. The last line of stdout is one JSON
// object (docs/books.md); it ends with 1 when the file does not prove what it says.

const USAGE = 'npm run check-seal -- FILE [--last HASH]'

await asCommand(async () => {
  const { words, options } = readCommand(process.argv.slice(2), ['last'], USAGE)
  const [file] = words
  if (file === undefined || words.length > 1) throw new NotUnderstood(USAGE)
  const verdict = await checkSealFile(createInterface({ input: createReadStream(file), crlfDelay: Infinity }))
  const { last } = options
  const wrong = verdict.wrong ?? (last && last !== verdict.hash ? 'the last seal is not the one that was kept' : null)
  process.stdout.write(`${JSON.stringify({ ...verdict, wrong })}\n`)
  if (wrong) process.exitCode = 1
})
