import { defineConfig } from 'vitest/config';

/**
 * One project per suite, so that each can be run, counted and left out by name.
 * Suites that touch real sockets run one file at a time: they share ports inside namespaces they make.
 */
export default defineConfig({
  test: {
    projects: [
      // The limits are safety nets: a busy machine must not fail a test.
      {
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
      },
      {
        test: {
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'rack',
          include: ['test/rack/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 900_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
