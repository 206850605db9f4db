import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/workbench/**', 'node_modules/**'],
    // They end what hangs, and are longer than anything takes on a busy host.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // By itself vitest leaves one processor idle: of two, half.
    maxWorkers: availableParallelism(),
  },
});
