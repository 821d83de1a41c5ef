/** Scenarios on mounts of its own; run under `unshare -m`, where they end with the process. Prints one JSON document. */

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, statSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createMaildirStore } from '../../../src/adapters/maildir/store.ts';
import { asPosthornError } from '../../../src/errors.ts';
import type {
  Delivery,
  MailStore,
  MailTree,
  Staged,
} from '../../../src/ports/receiving/mail-store.ts';

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

/** Of several, one by one: the first is written beside Node's thread, the others on it. */
async function stage(
  tree: MailTree,
  ...messages: [key: string, size: number][]
): Promise<Staged[]> {
  const stagings = await tree.stage(
    'INBOX',
    messages.map(([key, size]): Delivery => {
      const octets = [Buffer.alloc(size, 'm')];
      return { key, flags: [], internalDate: null, body: { kind: 'whole', octets } };
    }),
  );
  return stagings.flatMap((staging) => (staging.kind === 'staged' ? [staging.staged] : []));
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

/** Batches of two 20 KB messages until nothing fits; then room is made, and all of it is delivered again. */
async function fullDisk(): Promise<object> {
  mount('-t', 'tmpfs', '-o', 'size=256k', 'tmpfs');
  const tree = await freshTree(store);
  writeFileSync(join(disk, 'filler'), Buffer.alloc(100_000));
  const batch = (number: number): [string, number][] => [
    [`${String(number)} a`, 20_000],
    [`${String(number)} b`, 20_000],
  ];
  let delivered = 0;
  const refused = await failure(async () => {
    for (; delivered < 100; delivered += 1)
      await tree.publish('INBOX', await stage(tree, ...batch(delivered)));
  });
  const whenFull = { visible: sizes('new'), temporary: sizes('tmp') };
  unlinkSync(join(disk, 'filler'));
  const again = await store.open(root, 'mine');
  const outcomes: string[] = [];
  for (let index = 0; index <= delivered; index += 1) {
    const staged = await stage(again, ...batch(index));
    for (const { outcome } of await again.publish('INBOX', staged)) outcomes.push(outcome);
  }
  return { delivered, refused, whenFull, outcomes, visible: sizes('new') };
}

async function readOnly(): Promise<object> {
  mount('-t', 'tmpfs', 'tmpfs');
  const tree = await freshTree(store);
  const staged = await stage(tree, ['before', 2000]);
  writeFileSync(join(root, 'INBOX/tmp', `posthorn-${'0'.repeat(32)}-${'0'.repeat(16)}`), 'half');
  mount('-o', 'remount,ro');
  const stageRefused = await failure(() => stage(tree, ['a', 2000]));
  const publishRefused = await failure(() => tree.publish('INBOX', staged));
  const folderRefused = await failure(() => tree.ensureFolder('Sent'));
  const known = await failure(async () => (await store.open(root, 'mine')).ensureFolder('INBOX'));
  const createRefused = await failure(() => store.create(join(disk, 'other'), 'other'));
  for (const each of staged) await tree.discard(each);
  mount('-o', 'remount,rw');
  await tree.publish('INBOX', await stage(tree, ['a', 2000]));
  const refused = { stageRefused, publishRefused, folderRefused, known, createRefused };
  return { ...refused, visible: sizes('new') };
}

async function notMounted(): Promise<object> {
  mount('-t', 'tmpfs', 'tmpfs');
  const tree = await freshTree(store);
  execFileSync('umount', [disk]);
  const openRefused = await failure(() => store.open(root, 'mine'));
  const folderRefused = await failure(() => tree.ensureFolder('Sent'));
  const stageRefused = await failure(() => stage(tree, ['a', 2000]));
  return { openRefused, folderRefused, stageRefused, left: readdirSync(disk) };
}

/** Reads go on while a disk is frozen, and so must Node's thread. */
async function reads(): Promise<void> {
  for (let count = 0; count < 50; count += 1) await stat(root);
}

/** What comes of the work that is begun on a frozen disk: it has to wait for the thaw, the program has not. */
async function whileFrozen<T>(work: () => Promise<T>): Promise<{ ended: boolean; result: T }> {
  let ended = false;
  execFileSync('fsfreeze', ['-f', disk]);
  const working = work().finally(() => (ended = true));
  working.catch(() => undefined);
  try {
    await reads();
    const endedFrozen = ended;
    execFileSync('fsfreeze', ['-u', disk]);
    return { ended: endedFrozen, result: await working };
  } catch (error) {
    spawnSync('fsfreeze', ['-u', disk]);
    throw error;
  }
}

const many = Array.from({ length: 100 }, (_, index): [string, number] => [String(index), 2000]);

/** A loop-mounted ext4: tmpfs can't be frozen. */
async function frozen(): Promise<object> {
  const image = `${disk}.img`;
  writeFileSync(image, '');
  truncateSync(image, 16 * 1024 * 1024);
  execFileSync('mkfs.ext4', ['-q', '-F', image]);
  execFileSync('mount', ['-o', 'loop', image, disk]);
  try {
    const tree = await freshTree(store);
    const staging = await whileFrozen(() => stage(tree, ...many));
    const publishing = await whileFrozen(() => tree.publish('INBOX', staging.result));
    const few = await stage(tree, ['few', 2000]);
    const publishingFew = await whileFrozen(() => tree.publish('INBOX', few));
    const ensuring = await whileFrozen(() => tree.ensureFolder('Sent'));
    const ended = [staging, publishing, publishingFew, ensuring].map((each) => each.ended);
    return { ended, visible: sizes('new').length, temporary: sizes('tmp') };
  } finally {
    execFileSync('umount', [disk]);
    unlinkSync(image);
  }
}

const scenarios = { fullDisk, readOnly, notMounted, frozen };
const chosen = Object.entries(scenarios).find(([name]) => name === scenario)?.[1];
if (chosen === undefined) throw new Error(`no scenario ${scenario}`);
process.stdout.write(JSON.stringify(await chosen()));
