// A launcher that a test kills: its child must end by itself.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild } from '#sandbox/demo/child.ts'

const folder = mkdtempSync(join(tmpdir(), 'vitrine-launcher-'))
const file = join(folder, 'child.cjs')
writeFileSync(
  file,
  `process.once('disconnect', () => process.exit(0)); console.log('child ' + process.pid); setInterval(() => {}, 1000)`,
)
const child = startChild({
  name: 'The child',
  args: [file],
  env: process.env,
  cwd: folder,
  log: join(folder, 'child.log'),
})
console.log(await child.says(/^child/))
