/** Memory does not follow the server, whatever it says beside its mail: a process of its own looks at it. */

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { beforeAll, expect, test } from 'vitest';
import { scriptedServer, type ScriptedServer } from './scripted-server.ts';

const most = 250;

interface Said {
  folders: number;
  warnings: number;
  uids: number;
  facts: number;
  changed: number;
  error: string;
  megabytes: number;
}

type Pieces = () => Iterable<string | Buffer>;

const usual: Readonly<Record<string, Pieces>> = {
  LIST: () => ['* LIST () "/" INBOX\r\n'],
  'UID SEARCH': () => ['* SEARCH 1 2 3\r\n'],
  'UID FETCH': () => [1, 2, 3].map((uid) => `* ${uid} FETCH (UID ${uid} FLAGS ())\r\n`),
  EXAMINE: () => [
    '* 3 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 9]\r\n* OK [HIGHESTMODSEQ 12]\r\n',
  ],
};

/** A server that answers as usual, but for these commands, as fast as its answer is taken. */
async function serverOf(answers: Readonly<Record<string, Pieces>>): Promise<ScriptedServer> {
  // More particular ones are looked for first.
  const script = { ...answers, ...usual, ...answers };
  return await scriptedServer(({ tag, text }, socket) => {
    const command = Object.keys(script).find((each) => text.startsWith(each));
    if (command === undefined) return undefined;
    void pour(socket, script[command]?.() ?? [], `${tag} OK done\r\n`);
    return '';
  });
}

async function pour(socket: Socket, pieces: Iterable<string | Buffer>, end: string): Promise<void> {
  for (const piece of pieces) {
    if (socket.destroyed) return;
    if (!socket.write(piece)) await untilTaken(socket);
  }
  if (!socket.destroyed) socket.write(end);
}

async function untilTaken(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    const go = (): void => {
      for (const event of ['drain', 'close']) socket.off(event, go);
      resolve();
    };
    for (const event of ['drain', 'close']) socket.on(event, go);
  });
}

/** What one process came to at all of these, one after the other. */
async function lookAtAll(servers: readonly ScriptedServer[]): Promise<Said[]> {
  // Below node_modules, so that the built file finds the packages.
  const cache = join(import.meta.dirname, '../../../node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'posthorn-imap-'));
  try {
    const program = join(folder, 'look.mjs');
    await build({
      entryPoints: [join(import.meta.dirname, 'program-look.ts')],
      outfile: program,
      ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', packages: 'external' },
      logLevel: 'error',
    });
    const args = ['--expose-gc', program, ...servers.map(({ port }) => String(port))];
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 120_000 });
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Said);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function* times(count: number, piece: (number: number) => string | Buffer) {
  for (let number = 0; number < count; number += 1) yield piece(number);
}

/** A million. */
function* numbers(number: (at: number) => number) {
  yield '* SEARCH';
  for (let at = 0; at < 1_000_000; at += 1_000)
    yield Array.from({ length: 1_000 }, (_, more) => ` ${number(at + more)}`).join('');
  yield '\r\n';
}

const kilobyte = Buffer.alloc(1_000, 'x');
const million = Buffer.alloc(1_000_000, '(');

const honest = { folders: 1, uids: 3, facts: 3, error: '' };

const cases: [title: string, answers: Record<string, Pieces>, expected: Partial<Said>][] = [
  ['an honest server', {}, honest],
  [
    '3,000 names of 500 kB',
    { LIST: () => times(3_000, () => `* LIST () "/" "${'n'.repeat(500_000)}"\r\n`) },
    { error: expect.stringContaining('an answer of more than 32 MiB') as string },
  ],
  [
    'the same as literals',
    {
      LIST: () => times(3_000, () => `* LIST () "/" {500000}\r\n${'n'.repeat(500_000)}\r\n`),
    },
    { error: expect.stringContaining('an answer of more than 32 MiB') as string },
  ],
  [
    'a name of 20 kB beside others',
    { LIST: () => [`* LIST () "/" "${'n'.repeat(20_000)}"\r\n* LIST () "/" INBOX\r\n`] },
    { ...honest, warnings: 1 },
  ],
  [
    '200,000 folders',
    {
      LIST: () =>
        times(2_000, (group) =>
          [...times(100, (at) => `* LIST () "/" "folder ${group * 100 + at}"\r\n`)].join(''),
        ),
    },
    { error: expect.stringContaining('more than 100000 folders') as string },
  ],
  [
    'a literal of a gigabyte',
    { LIST: () => ['* LIST () "/" {1000000000}\r\n', ...times(100, () => million)] },
    { error: expect.stringContaining('a string of more than 1 MiB') as string },
  ],
  [
    'a line without an end',
    { 'UID SEARCH': () => ['* SEARCH', ...times(300, () => Buffer.from(' 7'.repeat(500_000)))] },
    { error: expect.stringContaining('a line of more than 12 MiB') as string },
  ],
  [
    'parentheses, 237 MB of them',
    { 'UID FETCH': () => ['* 1 FETCH ', ...times(237, () => million), '\r\n'] },
    { error: expect.stringContaining('a line of more than 12 MiB') as string },
  ],
  [
    'parentheses in lines that are not too long',
    { 'UID FETCH': () => times(300, () => `* 1 FETCH ${'('.repeat(1_000_000)}\r\n`) },
    { error: expect.stringContaining('an answer of more than 32 MiB') as string },
  ],
  [
    '1 MB of flags for each message',
    {
      'UID FETCH': () =>
        times(
          3_000,
          (at) => `* ${at} FETCH (UID ${at + 1} FLAGS (${'flag '.repeat(200_000)}))\r\n`,
        ),
    },
    { error: expect.stringContaining('an answer of more than 32 MiB') as string },
  ],
  [
    'the same for one alone',
    {
      'UID FETCH': () => [
        `* 1 FETCH (UID 1 FLAGS (${'flag '.repeat(200_000)}))\r\n`,
        ...[2, 3].map((uid) => `* ${uid} FETCH (UID ${uid} FLAGS ())\r\n`),
      ],
    },
    honest,
  ],
  [
    'news without an end that nobody asked for',
    { EXAMINE: () => times(Infinity, () => `* 7 FETCH (FLAGS (${String(kilobyte)}))\r\n`) },
    { error: expect.stringContaining('an answer of more than 32 MiB') as string },
  ],
  [
    'status lines without an end',
    { EXAMINE: () => times(Infinity, () => `* OK [ALERT] ${String(kilobyte)}\r\n`) },
    { error: expect.stringContaining('an answer of more than 32 MiB') as string },
  ],
  [
    'a million UIDs, as a large folder has them',
    { 'UID SEARCH': () => numbers((at) => at + 1) },
    { uids: 1_000_000, error: '' },
  ],
  [
    'a million UIDs, each by itself',
    { 'UID SEARCH': () => numbers((at) => at * 2 + 1) },
    { error: expect.stringContaining('each with a gap before it') as string },
  ],
  [
    'a million UIDs with many gaps',
    { 'UID SEARCH': () => numbers((at) => at + Math.floor(at / 4) + 1) },
    { uids: 1_000_000, error: '' },
  ],
  [
    'a set of all UIDs that there could be',
    { 'UID SEARCH': () => ['* ESEARCH (TAG "x") UID ALL 1:4294967290\r\n'] },
    { uids: 4_294_967_290, error: '' },
  ],
  [
    '100,000 changes',
    {
      'UID FETCH 1:* ': () =>
        times(100_000, (at) => `* ${at + 1} FETCH (UID ${at + 1} FLAGS (\\Seen) MODSEQ (9))\r\n`),
    },
    { ...honest, changed: 100_000 },
  ],
];

let said: Said[] = [];
beforeAll(async () => {
  const servers = await Promise.all(cases.map(async ([, answers]) => await serverOf(answers)));
  said = await lookAtAll(servers);
  for (const server of servers) await server.stop();
}, 150_000);

test.each(cases.map(([title, , expected], index) => ({ title, expected, index })))(
  '$title',
  ({ expected, index }) => {
    expect(said[index]).toMatchObject(expected);
    expect(said[index]?.megabytes).toBeLessThan(most);
  },
);
