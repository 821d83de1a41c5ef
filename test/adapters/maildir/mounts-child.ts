/** Scenarios on mounts of its own; run under `unshare -m`, where they end with the process. Prints one JSON document. */

import { execFileSync } from 'node:child_process';
import { readdirSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import { asPosthornError } from '../../../src/errors.ts';
import type { MailStore, MailTree, Staged } from '../../../src/ports/mail-store.ts';

const [scenario = '', disk = ''] = process.argv.slice(2);
const root = join(disk, 'work');
const store = createMaildirStore();

function mount(...args: string[]): void {
  execFileSync('mount', [...args, disk]);
}

interface Failure {
  status: number;
  reach: string;
  message: string;
  remedy: string;
}

async function failure(work: () => Promise<unknown>): Promise<Failure | null> {
  try {
    await work();
    return null;
  } catch (thrown) {
    const { exitStatus, reach, message, remedy } = asPosthornError(thrown);
    return { status: exitStatus, reach, message, remedy: remedy ?? '' };
  }
}

async function* body(size: number): AsyncGenerator<Buffer> {
  for (let left = size; left > 0; left -= 1000)
    yield await Promise.resolve(Buffer.alloc(Math.min(left, 1000), 'm'));
}

function stage(tree: MailTree, key: string, size: number): Promise<Staged> {
  return tree.stage('INBOX', { key, flags: [], internalDate: null, body: body(size) });
}

async function freshTree(from: MailStore): Promise<MailTree> {
  const tree = await from.create(root, 'mine');
  await tree.ensureFolder('INBOX');
  return tree;
}

function sizes(directory: string): number[] {
  const path = join(root, 'INBOX', directory);
  return readdirSync(path).map((name) => statSync(join(path, name)).size);
}

/** 20 KB messages until nothing fits; then room is made, and all of it is delivered again. */
async function fullDisk(): Promise<object> {
  mount('-t', 'tmpfs', '-o', 'size=256k', 'tmpfs');
  const tree = await freshTree(store);
  writeFileSync(join(disk, 'filler'), Buffer.alloc(100_000));
  let delivered = 0;
  const refused = await failure(async () => {
    for (; delivered < 100; delivered += 1)
      await tree.publish('INBOX', [await stage(tree, String(delivered), 20_000)]);
  });
  const whenFull = { visible: sizes('new'), temporary: sizes('tmp') };
  unlinkSync(join(disk, 'filler'));
  const again = await store.open(root, 'mine');
  const outcomes: string[] = [];
  for (let index = 0; index <= delivered; index += 1) {
    const staged = await stage(again, String(index), 20_000);
    for (const { outcome } of await again.publish('INBOX', [staged])) outcomes.push(outcome);
  }
  return { delivered, refused, whenFull, outcomes, visible: sizes('new') };
}

async function readOnly(): Promise<object> {
  mount('-t', 'tmpfs', 'tmpfs');
  const tree = await freshTree(store);
  const staged = await stage(tree, 'before', 2000);
  mount('-o', 'remount,ro');
  const stageRefused = await failure(() => stage(tree, 'a', 2000));
  const publishRefused = await failure(() => tree.publish('INBOX', [staged]));
  const folderRefused = await failure(() => tree.ensureFolder('Sent'));
  const known = await failure(async () => (await store.open(root, 'mine')).ensureFolder('INBOX'));
  const createRefused = await failure(() => store.create(join(disk, 'other'), 'other'));
  await tree.discard(staged);
  mount('-o', 'remount,rw');
  await tree.publish('INBOX', [await stage(tree, 'a', 2000)]);
  const refused = { stageRefused, publishRefused, folderRefused, known, createRefused };
  return { ...refused, visible: sizes('new') };
}

async function notMounted(): Promise<object> {
  mount('-t', 'tmpfs', 'tmpfs');
  const tree = await freshTree(store);
  execFileSync('umount', [disk]);
  const openRefused = await failure(() => store.open(root, 'mine'));
  const folderRefused = await failure(() => tree.ensureFolder('Sent'));
  const stageRefused = await failure(() => stage(tree, 'a', 2000));
  return { openRefused, folderRefused, stageRefused, left: readdirSync(disk) };
}

const scenarios = { fullDisk, readOnly, notMounted };
const chosen = Object.entries(scenarios).find(([name]) => name === scenario)?.[1];
if (chosen === undefined) throw new Error(`no scenario ${scenario}`);
process.stdout.write(JSON.stringify(await chosen()));
