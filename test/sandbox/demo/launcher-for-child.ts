// A launcher that a test kills: its child must end by itself, and say so in a file.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild } from '#sandbox/demo/child.ts'

const folder = mkdtempSync(join(tmpdir(), 'vitrine-launcher-'))
const file = join(folder, 'child.cjs')
const farewell = JSON.stringify(join(folder, 'farewell'))
const program = `
  process.once('disconnect', () => { require('node:fs').writeFileSync(${farewell}, 'bye'); process.exit(0) })
  console.log('child ' + ${farewell})
  setInterval(() => {}, 1000)`
writeFileSync(file, program)
const log = join(folder, 'child.log')
const child = startChild({ name: 'The child', args: [file], env: process.env, cwd: folder, log })
console.log(await child.says(/^child/))
