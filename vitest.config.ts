/** How the tests run: quick ones by themselves (`--project unit`), those that start servers and processes beside them. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Folders whose tests start real mail servers or posthorn itself. */
const slow = ['servers', 'crash', 'both-ways', 'cli', 'demo', 'daemon', 'app'].map(
  (room) => `test/${room}/**`,
);

const globalSetup = ['test/servers/global-setup.ts'].filter((file) => existsSync(file));

/** Folders of pure functions: nothing is left behind that another file could meet, so they share their workers. */
const pure = ['core', 'wire', 'config'].map((room) => `test/${room}/**`);

/** A file for the JSON report beside the usual output; .ci/run counts by it. */
const report = process.env['POSTHORN_TEST_REPORT'];

const project = { environment: 'node', pool: 'forks', hookTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    maxWorkers: Math.min(4, availableParallelism() + 1),
    globalSetup,
    reporters: report ? ['default', 'json'] : ['default'],
    ...(report ? { outputFile: { json: report } } : {}),
    projects: [
      {
        test: {
          ...project,
          name: 'pure',
          isolate: false,
          include: pure.map((folder) => `${folder}/*.test.ts`),
          testTimeout: 20_000,
        },
      },
      {
        test: {
          ...project,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...slow, ...pure],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          ...project,
          name: 'servers',
          include: slow.map((folder) => `${folder}/*.test.ts`),
          testTimeout: 60_000,
        },
      },
    ],
  },
});
