import { expect, test } from 'vitest'
import { may, notAllowed, ROLES } from '#app/merchant/role.ts'

test.each([
  ['owner', ['connect', 'decide', 'handle', 'arrange', 'audit']],
  ['manager', ['connect', 'decide', 'handle', 'arrange', 'audit']],
  ['staff', ['decide', 'handle']],
  ['viewer', []],
] as const)('%s may %j', (role, deeds) => {
  const all = ['connect', 'decide', 'handle', 'arrange', 'audit'] as const
  expect(all.filter((deed) => may(role, deed))).toEqual(deeds)
})

test('who may not is told so in a sentence, who may is told nothing', () => {
  const told = ROLES.map((role) => notAllowed(role, 'connect')?.sentence)
  expect(told).toEqual([undefined, undefined, expect.stringContaining('role'), expect.stringContaining('role')])
})
