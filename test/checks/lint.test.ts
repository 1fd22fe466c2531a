import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ESLint } from 'eslint'
import tseslint from 'typescript-eslint'
import { describe, expect, test } from 'vitest'

// Rules that need the types of a whole project are left out: the texts below are in no project.
const untyped = { files: ['**/*.{ts,tsx}'], ...tseslint.configs.disableTypeChecked }

const CHECKOUT = fileURLToPath(new URL('../..', import.meta.url))

const eslint = new ESLint({ cwd: CHECKOUT, overrideConfig: untyped })

async function complaints(code: string, filePath = 'app/pool/ring.ts'): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(CHECKOUT, filePath) })
  return (result?.messages ?? []).map(({ ruleId, message }) => `${ruleId}: ${message}`)
}

const CLOCK = 'house/time: Take a Clock (#app/kernel/clock.ts): clock.now(), clock.after()'
const MOMENT = 'house/sql: Hand the moment to the statement as a parameter'
const STRIP = 'house/syntax: Node runs TypeScript by leaving the types out'

describe('the linter refuses', () => {
  test.each<[string, string]>([
    ['export const a = Date.now()', CLOCK],
    ['export const a = new Date()', CLOCK],
    ['setTimeout(print, 1)', CLOCK],
    ['setInterval(print, 1)', CLOCK],
    ["import { setTimeout as sleep } from 'node:timers/promises'\nvoid sleep", CLOCK],
    ['export const a = Math.random()', 'house/time: Take a Random (#app/kernel/clock.ts)'],
    ['export const a = process.env.PORT', 'house/environment: Take the value as an argument'],
    ['export const a = `UPDATE item SET at = now() WHERE id = ${id}`', MOMENT],
    ["export const a = 'SELECT NOW()'", MOMENT],
    ['export const a = `SELECT current_timestamp`', MOMENT],
    ['export const a = `SELECT clock_timestamp()`', MOMENT],
    ['export enum Metal { Gold }', STRIP],
    ['export namespace metal { export const a = 1 }', STRIP],
    ['export class A { constructor(readonly b: number) {} }', STRIP],
    ["import fs = require('node:fs')\nvoid fs", STRIP],
    ['export const a = JSON.parse(text) as unknown as Ring', 'house/syntax: Parse the value'],
    ['export const a = (b: any) => b', '@typescript-eslint/no-explicit-any'],
    ['// @ts-ignore\nexport const a: number = "1"', '@typescript-eslint/ban-ts-comment'],
    ["export * from './stone.ts'", 'house/syntax: No barrel files'],
    ["import { a } from './stone'\nvoid a", 'house/syntax: Name the file with its extension'],
    ["export { a } from '#app/pool/stone'", 'house/syntax: Name the file with its extension'],
    ['export default 1', 'house/default-export: Export it by its name'],
    ['export const a = (b: A, c: A, d: A, e: A) => [b, c, d, e]', '@typescript-eslint/max-params'],
    [`export function a() {\n${'  print()\n'.repeat(69)}}`, 'max-lines-per-function'],
    ['print()\n'.repeat(401), 'max-lines:'],
    ['/* eslint-disable */\nexport const a = Date.now()', CLOCK],
  ])('%j', async (code, complaint) => {
    expect(await complaints(code)).toContainEqual(expect.stringContaining(complaint))
  })

  test('a hook that does not run every time', async () => {
    const code = 'export function Ring({ a }: { a: boolean }) {\n  if (a) useState(1)\n  return null\n}'
    expect(await complaints(code, 'app/ui/ring.tsx')).toEqual([expect.stringContaining('react-hooks/rules-of-hooks')])
  })
})

describe('the linter allows', () => {
  test.each<[string, string]>([
    ['app/pool/ring.ts', 'export const a = new Date(b)'],
    ['app/pool/ring.ts', 'export const a = `UPDATE item SET at = $1`'],
    [
      'app/pool/ring.ts',
      "import { a } from '#app/kernel/clock.ts'\nimport type { B } from 'zod'\nexport const b: B = a",
    ],
    ['app/pool/ring.ts', "export const a = 'take clock.now()'"],
    ['app/pool/ring.ts', 'export const a = b == null'],
    ['app/kernel/system-clock.server.ts', 'export const a = new Date()'],
    ['app/env.server.ts', 'export const a = process.env.PORT'],
    ['app/routes/app.tsx', 'export default function App() { return null }'],
    ['sandbox/demo.ts', 'setTimeout(print, 1)'],
    ['test/support/ring.ts', 'setTimeout(print, 1)'],
    ['test/pool/ring.test.ts', 'print(process.env.PORT)'],
  ])('in %s: %j', async (path, code) => {
    expect(await complaints(code, path)).toEqual([])
  })

  test.each<[string, string]>([
    ['app/env.server.ts', 'export const a = Date.now()'],
    ['app/kernel/system-clock.server.ts', 'export const a = process.env.PORT'],
    ['test/pool/ring.test.ts', 'setTimeout(print, 1)'],
  ])('one thing in %s, and not the other: %j', async (path, code) => {
    expect(await complaints(code, path)).toHaveLength(1)
  })
})
