import { expect, test } from 'vitest'
import { may, notAllowed, ROLES } from '#app/merchant/role.ts'

test.each([
  ['owner', true, true],
  ['manager', true, true],
  ['staff', false, true],
  ['viewer', false, false],
] as const)('%s: may connect channels %s, may answer questions %s', (role, connect, decide) => {
  expect([may(role, 'connect'), may(role, 'decide')]).toEqual([connect, decide])
})

test('who may not is told so in a sentence, who may is told nothing', () => {
  const told = ROLES.map((role) => notAllowed(role, 'connect')?.sentence)
  expect(told).toEqual([undefined, undefined, expect.stringContaining('role'), expect.stringContaining('role')])
})
