import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/workbench/**', 'node_modules/**'],
    testTimeout: 60_000,
    // By itself vitest leaves one processor idle: of two, half.
    maxWorkers: availableParallelism(),
  },
});
