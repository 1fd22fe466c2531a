import { expect, test } from 'vitest'
import { openLog } from '#app/log.server.ts'

function logged(fields: object): string {
  let line = ''
  openLog({ write: (text) => void (line += text) }).info(fields, 'Something happened.')
  return line
}

test.each([
  [{ accessToken: 'shpat_1' }],
  [{ session: { refreshToken: 'shpat_1' } }],
  [{ request: { headers: { authorization: 'shpat_1' } } }],
  [{ buyer: { email: 'shpat_1' } }],
])('a secret or an address in %j does not reach the log', (fields) => {
  expect(logged(fields)).toContain('Something happened.')
  expect(logged(fields)).not.toContain('shpat_1')
})

test('what is no secret is logged as it is, an error’s code too', () => {
  expect(logged({ shop: 'ring-lab', err: Object.assign(new Error('x'), { code: '23505' }) })).toMatch(/ring-lab.*23505/)
})
