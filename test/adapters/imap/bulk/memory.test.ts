/** Memory follows use, never what a server claims: hostile answers, and honest large ones, read by a process of its own. */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { scriptedServer, type ScriptedServer } from '../scripted-server.ts';
import { message, opening } from './scripted.ts';

const mebibyte = 1024 * 1024;

let folder: string;
let server: ScriptedServer | undefined;

beforeAll(async () => {
  // Below node_modules, so that the built file finds the packages.
  const cache = join(import.meta.dirname, '../../../../node_modules/.cache');
  await mkdir(cache, { recursive: true });
  folder = await mkdtemp(join(cache, 'posthorn-test-'));
  await build({
    entryPoints: [join(import.meta.dirname, 'memory-child.ts')],
    outfile: join(folder, 'child.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
});

afterEach(async () => {
  await server?.stop();
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

interface Said {
  messages: number;
  octets: number;
  unreadable: number;
  answered: number;
  error: string;
  /** Of the whole process, in MiB. */
  peak: number;
  readWhileHeld: number;
  warnings: number;
}

/** A server that answers the first FETCH piece by piece, as fast as they are taken. */
async function run(
  pieces: (tag: string) => Iterable<string | Buffer>,
  count: number,
  manner = 'take',
): Promise<Said> {
  server = await scriptedServer(({ tag, text }, socket) => {
    if (text.startsWith('UID FETCH')) send(socket, pieces(tag)[Symbol.iterator]());
    return undefined;
  });
  const args = [join(folder, 'child.mjs'), String(server.port), String(count), manner];
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  return JSON.parse(stdout) as Said;
}

function send(socket: Socket, pieces: Iterator<string | Buffer>): void {
  for (;;) {
    const { done, value } = pieces.next();
    if (done === true || socket.destroyed) return;
    if (!socket.write(value)) break;
  }
  socket.once('drain', () => send(socket, pieces));
}

function* octets(length: number): Generator<Buffer> {
  const block = Buffer.alloc(Math.min(length, mebibyte), 'x');
  for (let left = length; left > 0; left -= block.length)
    yield left < block.length ? block.subarray(0, left) : block;
}

const limit = 250;
const timeout = 90_000;

test('twenty megabytes that claim to be one octet', { timeout }, async () => {
  const said = await run(function* (tag) {
    for (let uid = 1; uid <= 20; uid += 1) {
      yield opening(uid, 20 * mebibyte).replace(' BODY', ' RFC822.SIZE 1 BODY');
      yield* octets(20 * mebibyte);
      yield ')\r\n';
    }
    yield `${tag} OK\r\n`;
  }, 20);
  expect(said).toMatchObject({ messages: 20, octets: 400 * mebibyte, answered: 1, error: '' });
  expect(said.peak).toBeLessThan(limit);
});

test('an honest message of 300 MB', { timeout }, async () => {
  const said = await run(function* (tag) {
    yield opening(1, 300_000_000);
    yield* octets(300_000_000);
    yield `)\r\n${tag} OK\r\n`;
  }, 1);
  expect(said).toMatchObject({ messages: 1, octets: 300_000_000, error: '' });
  expect(said.peak).toBeLessThan(limit);
});

test('four gigabytes that are announced, and break off', { timeout }, async () => {
  const said = await run(function* () {
    yield opening(1, 4_294_967_295);
    yield* octets(200 * mebibyte);
    yield* serverEnds();
  }, 1);
  expect(said.error).toMatch(/broke|hung up/);
  expect(said.peak).toBeLessThan(limit);
});

test('four gigabytes of another message, passed over', { timeout }, async () => {
  const said = await run(function* () {
    yield opening(9, 4_294_967_295);
    yield* octets(200 * mebibyte);
    yield* serverEnds();
  }, 1);
  expect(said).toMatchObject({ messages: 0 });
  expect(said.peak).toBeLessThan(limit);
});

test('a megabyte of flags, again and again', { timeout }, async () => {
  const flags = 'flag '.repeat(200_000);
  const said = await run(function* (tag) {
    for (let uid = 1; uid <= 200; uid += 1)
      yield `* ${String(uid)} FETCH (UID ${String(uid)} FLAGS (${flags}) BODY[] {3}\r\none)\r\n`;
    yield `${tag} OK\r\n`;
  }, 200);
  expect(said).toMatchObject({ messages: 0, unreadable: 200, answered: 1, error: '' });
  expect(said.peak).toBeLessThan(limit);
});

test(
  'flags in literals, without octets, for every message that is asked for',
  { timeout },
  async () => {
    const keyword = (at: number): string => ` {1000}\r\n${String(at).padStart(1000, 'k')}`;
    const literals = Array.from({ length: 900 }, (_, at) => keyword(at)).join('');
    const said = await run(function* (tag) {
      for (let uid = 1; uid <= 200; uid += 1)
        yield `* ${String(uid)} FETCH (UID ${String(uid)} FLAGS (${literals}))\r\n`;
      yield `${tag} OK\r\n`;
    }, 200);
    expect(said).toMatchObject({ messages: 0, unreadable: 200, answered: 1, error: '' });
    expect(said.peak).toBeLessThan(limit);
  },
);

test('news without end', { timeout }, async () => {
  const news = '* 5 EXISTS\r\n'.repeat(10_000);
  const said = await run(function* (tag) {
    for (let round = 0; round < 15; round += 1) yield news;
    yield `${message(1)}${tag} OK\r\n`;
  }, 1);
  expect(said).toMatchObject({ messages: 1, answered: 1, error: '', warnings: 0 });
  expect(said.peak).toBeLessThan(limit);
});

test('nothing more is read while nobody takes it', { timeout }, async () => {
  const body = 'x'.repeat(mebibyte / 8);
  const said = await run(
    function* (tag) {
      for (let uid = 1; uid <= 500; uid += 1) yield message(uid, body);
      yield `${tag} OK\r\n`;
    },
    500,
    'hold',
  );
  expect(said).toMatchObject({ messages: 500, octets: 500 * body.length, answered: 1, error: '' });
  expect(said.readWhileHeld).toBeGreaterThan(mebibyte);
  expect(said.readWhileHeld).toBeLessThan(3 * mebibyte);
  expect(said.peak).toBeLessThan(limit);
});

/** The last piece ends the connection. */
function* serverEnds(): Generator<string> {
  setImmediate(() => void server?.stop());
  yield 'x';
}
