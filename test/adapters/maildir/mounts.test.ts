/** Real disks that are full, read-only or not mounted, in a mount namespace of the test's own. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './disk-world.ts';

let base: string;

beforeAll(async () => {
  base = await temporaryFolder();
  await mkdir(join(base, 'disk'));
  await build({
    entryPoints: [join(import.meta.dirname, 'mounts-child.ts')],
    outfile: join(base, 'child.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
});

afterAll(async () => {
  await rm(base, { recursive: true, force: true });
});

/** Anyone may mount a tmpfs as root of a user namespace. */
const unshare = process.getuid?.() === 0 ? ['-m'] : ['-m', '-r'];

async function run(scenario: string): Promise<unknown> {
  const command = [process.execPath, join(base, 'child.mjs'), scenario, join(base, 'disk')];
  const { stdout } = await promisify(execFile)('unshare', [...unshare, ...command], {
    timeout: 15_000,
    // Where the child finds what is not bundled.
    env: { ...process.env, NODE_PATH: join(import.meta.dirname, '../../../node_modules') },
    killSignal: 'SIGKILL',
  });
  return JSON.parse(stdout);
}

const storage = (message: RegExp, reach = 'account'): unknown => ({
  status: 74,
  reach,
  message: expect.stringMatching(message) as unknown,
  remedy: expect.stringMatching(/./) as unknown,
});

describe('a disk', () => {
  it('that is full: nothing half, nothing lost, and the next run goes on', async () => {
    const result = (await run('fullDisk')) as { delivered: number };
    const { delivered } = result;
    expect(delivered).toBeGreaterThan(1);
    const whole = Array.from({ length: 2 * delivered }, () => 20_000);
    expect(result).toEqual({
      delivered,
      refused: storage(/no space is left/),
      whenFull: { visible: whole, temporary: [] },
      outcomes: [...whole.map(() => 'adopted'), 'delivered', 'delivered'],
      visible: [...whole, 20_000, 20_000],
    });
  });

  it('that is read-only: every step says so, and works again afterwards', async () => {
    expect(await run('readOnly')).toEqual({
      stageRefused: storage(/read-only/),
      publishRefused: storage(/read-only/),
      folderRefused: storage(/read-only/),
      known: storage(/read-only/),
      createRefused: storage(/read-only/),
      visible: [2000],
    });
  });

  it('that is not mounted: nothing is made on the mount point', async () => {
    expect(await run('notMounted')).toEqual({
      openRefused: storage(/missing/),
      folderRefused: storage(/missing/),
      stageRefused: storage(/is gone/, 'folder'),
      left: [],
    });
  });

  // Only root may freeze one, and a container may have no loop device.
  const canFreeze = process.getuid?.() === 0 && existsSync('/dev/loop-control');
  if (canFreeze)
    it('that is frozen: the work waits for the thaw, the program does not', async () => {
      expect(await run('frozen')).toEqual({
        ended: [false, false, false, false],
        visible: 101,
        temporary: [],
      });
    });
});
