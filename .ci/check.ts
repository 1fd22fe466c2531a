import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const CHECKOUT = fileURLToPath(new URL('..', import.meta.url))

const FOLDERS = ['app', 'sandbox', 'bench', 'extensions', 'prisma', 'test', '.ci']

const present = FOLDERS.filter((folder) => existsSync(`${CHECKOUT}/${folder}`))

/** Name and command of each check; the quick ones first. */
const CHECKS: [name: string, command: string, ...args: string[]][] = [
  ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['dependency rule', 'depcruise', ...present],
  ['GraphQL', 'node', '.ci/graphql-operations.ts'],
  ['style budget', 'node', '.ci/style-budget.ts'],
  ['lint', 'eslint', '.'],
  ['types', 'tsc', '--noEmit'],
  ['tests', 'vitest', 'run'],
]

/** Runs every check, even after one has failed, so that one look says all there is to mend. */
function main(): void {
  const failed = CHECKS.filter((check) => !run(check)).map(([name]) => name)
  console.log(failed.length > 0 ? `\nFailed: ${failed.join(', ')}.` : '\nAll checks passed.')
  process.exitCode = failed.length > 0 ? 1 : 0
}

function run([name, command, ...args]: (typeof CHECKS)[number]): boolean {
  // Tests take minutes and are followed as they run; the others are silent unless they have something to say.
  const shown = name === 'tests'
  const started = performance.now()
  if (shown) console.log('')
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: CHECKOUT,
    encoding: 'utf8',
    stdio: shown ? 'inherit' : 'pipe',
    maxBuffer: 100_000_000,
  })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${status === 0 ? '✓' : '✗'} ${name.padEnd(18)} ${seconds.padStart(6)} s`)
  if (status !== 0 && !shown) console.log(`\n${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`)
  return status === 0
}

main()
