import { defineConfig } from 'vitest/config'

if (!process.version.startsWith('v24.')) {
  throw new Error(`Tests run on the Node 24 of node_modules, not on ${process.version}: use \`npm test\`.`)
}

// The seed is printed with the results; `npm test -- --sequence.seed=N` plays the same order again.
const sequence = { shuffle: true }

// What starts the built app: one after the other, for they build it if need be, and they measure time.
const processes = [
  'test/browser/**/*.test.ts',
  'test/bench/**/*.test.ts',
  'test/scenario/kill.test.ts',
  'test/simulation/chaos.test.ts',
]

export default defineConfig({
  test: {
    sequence,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: processes,
          globalSetup: 'test/support/test-server.ts',
          setupFiles: 'test/support/strict.ts',
          testTimeout: 20_000,
          hookTimeout: 30_000,
          sequence,
        },
      },
      {
        test: {
          name: 'browser',
          include: processes,
          globalSetup: 'test/support/test-server.ts',
          setupFiles: 'test/support/strict.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { ...sequence, groupOrder: 1 },
        },
      },
    ],
  },
})
