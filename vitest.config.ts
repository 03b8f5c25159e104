import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    globalSetup: ['test/temporary-folder.ts'],
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Jobs are real processes and training steps are real arithmetic on two cores: limits guard against hangs, not slowness.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
