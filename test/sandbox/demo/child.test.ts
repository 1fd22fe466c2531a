import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Child, startChild } from '#sandbox/demo/child.ts'
import { ready } from '#sandbox/demo/ready.ts'

async function child(program: string): Promise<Child & { log: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-child-'))
  const file = join(folder, 'program.cjs')
  await writeFile(file, program)
  const log = join(folder, 'logs', 'program.log')
  const started = startChild({ name: 'The program', args: [file], env: process.env, cwd: folder, log })
  onTestFinished(async () => {
    await started.stop()
    await rm(folder, { recursive: true })
  })
  return { ...started, log }
}

const STAYS = `console.log('here'); setInterval(() => {}, 1000)`
describe('a process of the demo', () => {
  it('is ready at its sign, and what it said is kept', async () => {
    const program = await child(STAYS)
    await ready(program, program.says(/^here$/))
    await program.stop()
    expect(await readFile(program.log, 'utf8')).toContain('here\n')
  })

  it('that ends before its sign is reported with its last words', async () => {
    const program = await child(`console.error('No database.'); console.error('    at file.js:1'); process.exit(3)`)
    const starting = ready(program, program.says(/^here$/))
    await expect(starting).rejects.toThrow('The program has stopped (code 3): No database. More in')
  })

  it('that is stopped is not reported', async () => {
    const program = await child(STAYS)
    await program.says(/here/)
    let died = ''
    void program.died.then((sentence) => (died = sentence))
    await program.stop()
    await program.ended
    expect(died).toBe('')
  })

  it('that is killed from outside is', async () => {
    const program = await child(`console.log('pid ' + process.pid); setInterval(() => {}, 1000)`)
    const pid = Number((await program.says(/^pid/)).slice(4))
    process.kill(pid, 'SIGKILL')
    expect(await program.died).toContain('The program has stopped (SIGKILL)')
  })

  it('is not reached by the Ctrl-C meant for the launcher', async () => {
    const program =
      await child(`console.log('group ' + require('node:fs').readFileSync('/proc/self/stat', 'utf8').split(' ')[4] + ' ' + process.pid)
      setInterval(() => {}, 1000)`)
    const [, group, pid] = (await program.says(/^group/)).split(' ')
    expect(group).toBe(pid)
  })

  it('hears when its launcher is gone', async () => {
    const launcher = join(import.meta.dirname, 'launcher-for-child.ts')
    const program = await child(`
      const { spawn } = require('node:child_process')
      const one = spawn(process.execPath, [${JSON.stringify(launcher)}], { stdio: ['ignore', 'pipe', 'inherit'] })
      one.stdout.on('data', (text) => { console.log(String(text).trim()); one.kill('SIGKILL') })
      setInterval(() => {}, 1000)`)
    const [, farewell = ''] = (await program.says(/^child /)).split(' ')
    await expect.poll(() => readFile(farewell, 'utf8').catch(() => '')).toBe('bye')
    await rm(join(farewell, '..'), { recursive: true })
  })
})
