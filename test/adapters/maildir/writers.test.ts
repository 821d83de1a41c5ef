/** Files that others write in `tmp/` at this moment are left alone, those of the dead are cleared. */

import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import { processWriters } from '../../../src/adapters/maildir/writers.ts';
import { asDelivery, stagedOf, type StoreWorld } from '../../contract/mail-store.ts';
import { diskWorld } from './disk-world.ts';

type Child = ChildProcessByStdio<Writable, Readable, null>;

let world: StoreWorld;
let tmp: string;
const children: Child[] = [];

beforeEach(async () => {
  world = await diskWorld();
  tmp = join(world.root, 'INBOX/tmp');
  await (await world.store.create(world.root, 'mine')).ensureFolder('INBOX');
});

afterEach(async () => {
  for (const child of children.splice(0)) await end(child);
  await world.dispose();
});

async function end(child: Child): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** At work in the folder. */
async function startWriter(): Promise<Child> {
  const script = join(world.root, '../..', 'writer.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'writer-child.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const child = spawn(process.execPath, [script, world.root], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

async function ensureAnew(now: () => number = Date.now): Promise<string[]> {
  await (await createMaildirStore({ now }).open(world.root, 'mine')).ensureFolder('INBOX');
  return readdir(tmp);
}

describe('another process that is at work in the folder', () => {
  it('is not disturbed by one that begins', async () => {
    const child = await startWriter();
    expect(await ensureAnew()).toHaveLength(1);
    const answer = text(child.stdout);
    child.stdin.end('go\n');
    expect(JSON.parse(await answer)).toMatchObject([{ outcome: 'delivered', collided: false }]);
    expect([...(await world.files('INBOX')).values()].map(String)).toEqual(['from the child']);
  });

  it('leaves nothing for long once it was killed', async () => {
    await end(await startWriter());
    expect(await readdir(tmp)).toHaveLength(1);
    expect(await ensureAnew()).toEqual([]);
  });
});

it('two trees of one process do not disturb each other, whoever begins first', async () => {
  const message = { key: 'k', text: 'x' };
  const first = await world.store.open(world.root, 'mine');
  await first.ensureFolder('INBOX');
  const staged = stagedOf(await first.stage('INBOX', [asDelivery(message)]));
  const second = await createMaildirStore().open(world.root, 'mine');
  await second.ensureFolder('INBOX');
  const other = stagedOf(await second.stage('INBOX', [asDelivery(message)]));
  expect(await first.publish('INBOX', staged)).toMatchObject([{ outcome: 'delivered' }]);
  expect(await second.publish('INBOX', other)).toMatchObject([{ outcome: 'adopted' }]);
  expect((await world.files('INBOX')).size).toBe(1);
});

describe('what is left in tmp/', () => {
  const { own } = processWriters();
  const [place = '', id = '', start = ''] = own.split('.');
  const file = (writer: string): string => `posthorn-${'a'.repeat(32)}-${writer}${'b'.repeat(16)}`;

  it.each([
    ['by one whose name did not say who it was', file(''), false],
    ['by a process whose id another has now', file(`${place}.${id}.${start}1-`), false],
    ['by a process that runs', file(`${own}-`), true],
    ['by a process of another machine', file(`${'0'.repeat(8)}.${id}.${start}-`), true],
    ['by a stranger', '1700000000.M1P2.host', true],
    ['under a name that is nearly ours', `${file('')}0`, true],
  ])('%s', async (_, name, stays) => {
    await writeFile(join(tmp, name), 'half');
    expect(await ensureAnew()).toEqual(stays ? [name] : []);
  });

  it('by a process of another machine goes after 36 hours', async () => {
    const name = file(`${'0'.repeat(8)}.1.1-`);
    await writeFile(join(tmp, name), 'half');
    const hour = 3_600_000;
    expect(await ensureAnew(() => Date.now() + 35 * hour)).toEqual([name]);
    expect(await ensureAnew(() => Date.now() + 37 * hour)).toEqual([]);
  });
});

describe('writers of this machine', () => {
  it('are known by their process and when it began', () => {
    const { own, stateOf } = processWriters();
    expect(own).toMatch(/^[0-9a-f]{8}\.\d+\.\d+$/);
    expect(stateOf(own)).toBe('running');
    expect(stateOf(own.replace(/^\S{8}/, '00000000'))).toBe('unknown');
  });

  it('that run are running, whoever they belong to', async () => {
    const { own, stateOf } = processWriters();
    const child = await startWriter();
    const [name = ''] = await readdir(tmp);
    const writer = /-([0-9a-f]{8}\.\d+\.\d+)-/.exec(name)?.[1] ?? '';
    expect(writer.split('.')[1]).toBe(String(child.pid));
    expect(writer.split('.')[0]).toBe(own.split('.')[0]);
    expect(stateOf(writer)).toBe('running');
    await end(child);
    expect(stateOf(writer)).toBe('gone');
  });
});
