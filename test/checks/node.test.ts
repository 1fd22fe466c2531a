import { expect, test } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }

test('tests run on the Node that the checkout pins, whatever the machine has', () => {
  expect(process.version).toBe(`v${packageJson.dependencies.node}`)
})

test('the names of package.json lead to the checkout', async () => {
  const { VirtualClock } = await import('#app/kernel/virtual-clock.ts')
  expect(new VirtualClock(new Date('2026-11-02T09:00:00Z')).now().getUTCHours()).toBe(9)
})
