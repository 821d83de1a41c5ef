import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createOutboxStore } from '../../../src/adapters/outbox/outbox-store.ts';
import { startChild, startNode } from '../state/child.ts';
import { useScratch } from '../state/scratch.ts';
import { messageOf } from './entries.ts';

const scratch = useScratch();
let built: string;
let program: string;
let fillingProgram: string;

beforeAll(async () => {
  const cache = join(import.meta.dirname, '../../../node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  built = mkdtempSync(join(cache, 'posthorn-outbox-'));
  [program = '', fillingProgram = ''] = await Promise.all(
    ['program-add', 'program-fill'].map(compile),
  );
});

async function compile(name: string): Promise<string> {
  const outfile = join(built, `${name}.mjs`);
  await build({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    outfile,
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' },
  });
  return outfile;
}

afterAll(() => {
  rmSync(built, { recursive: true, force: true });
});

/** Each line was said after the promise resolved, so it must hold. */
async function expectKept(directory: string, lines: readonly string[]): Promise<void> {
  const store = createOutboxStore(directory);
  const { entries, broken } = await store.list();
  expect(broken).toEqual([]);
  const states = new Map(entries.map(({ id, state }) => [id, state]));
  const said = (word: string) =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));
  expect(said('added').filter((id) => !states.has(id))).toEqual([]);
  expect(said('sending').filter((id) => states.get(id) !== 'sending')).toEqual([]);
  for (const { id } of entries) expect((await store.read(id)).equals(messageOf(id))).toBe(true);
}

test('whatever was acknowledged before a SIGKILL is there, and nothing half', async () => {
  const directory = join(scratch(), 'outbox');
  const said: string[] = [];
  for (let round = 0; round < 8; round += 1) {
    const child = startNode(program, directory, 'abcdefgh'.charAt(round));
    await child.line(1);
    // The moment of the kill is what is drawn at random here, nothing waits for it.
    await pause(round * 5 + Math.random() * 20);
    await child.kill('SIGKILL');
    said.push(...child.lines);
    await expectKept(directory, said);
  }
  expect(said.length).toBeGreaterThan(16);
}, 60_000);

test('a disk that fills up: 74, and everything before it is whole', async () => {
  const [directory, rescued] = [scratch(), scratch()];
  // The tmpfs is seen by the child alone, so what stands there is carried out before it ends.
  const script =
    'mount -t tmpfs -o size=256k tmpfs "$1" && "$2" "$3" "$1/outbox" x; cp -a "$1/outbox" "$4"';
  const args = ['sh', directory, process.execPath, program, rescued];
  const child = startChild('unshare', ['-rm', 'sh', '-c', script, ...args]);
  expect(await child.ended).toBe(0);
  expect(child.lines.at(-1)).toMatch(/^failed storage: no space is left on the disk that holds /);
  expect(child.lines.length).toBeGreaterThan(5);
  await expectKept(join(rescued, 'outbox'), child.lines);
}, 60_000);

test('a disk that fills up while a message is on its way takes the answers, and then no further message', async () => {
  const [directory, rescued] = [scratch(), scratch()];
  const script = 'mount -t tmpfs -o size=2m tmpfs "$1" && "$2" "$3" "$1"; cp -a "$1/outbox" "$4"';
  const args = ['sh', directory, process.execPath, fillingProgram, rescued];
  const child = startChild('unshare', ['-rm', 'sh', '-c', script, ...args]);
  expect(await child.ended).toBe(0);
  expect(child.lines).toEqual(['add done', 'mark done', 'answer done', 'next failed storage']);
  const { entries, broken } = await createOutboxStore(join(rescued, 'outbox')).list();
  expect(broken).toEqual([]);
  expect(entries).toMatchObject([{ id: 'abc1', state: 'queued', attempts: 1 }]);
  expect(entries[0]?.recipients.every(({ reply }) => (reply?.length ?? 0) > 300)).toBe(true);
}, 60_000);
