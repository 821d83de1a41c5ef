/** Builds programs of the tests, and the state's thread, into JavaScript that Node 20 can start. */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

export interface Built {
  /** Path of a built program, by its name without the folder. */
  program(name: string): string;
  /** The state's thread. */
  readonly worker: URL;
  remove(): void;
}

/** Below node_modules, so that the built files find the packages. */
export async function buildPrograms(...names: string[]): Promise<Built> {
  const cache = join(repository, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const outdir = mkdtempSync(join(cache, 'posthorn-test-'));
  const programs = names.map((name) => [
    basename(name),
    join(repository, 'test/adapters', `${name}.ts`),
  ]);
  await build({
    entryPoints: {
      ...Object.fromEntries(programs),
      'state-worker': join(repository, 'src/adapters/state/worker.ts'),
    },
    outdir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  return {
    program: (name) => join(outdir, `${name}.js`),
    worker: pathToFileURL(join(outdir, 'state-worker.js')),
    remove: () => {
      rmSync(outdir, { recursive: true, force: true });
    },
  };
}
