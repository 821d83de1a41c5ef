import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../servers/authority.ts';
import { startScripted, type Script, type ScriptedServer } from './scripted-server.ts';

const run = promisify(execFile);
const minute = 60_000;
const most = 250;
let built: string;
let program: string;
let tls: { key: string; cert: string; ca: string };
let server: ScriptedServer | undefined;

beforeAll(async () => {
  const cache = join(import.meta.dirname, '../../../node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  built = mkdtempSync(join(cache, 'posthorn-pop3-'));
  program = join(built, 'program-drain.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'program-drain.ts')],
    outfile: program,
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' },
  });
  const authority = await createAuthority(join(built, 'tls'));
  const { cert, key } = await authority.certificate('good');
  tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8'), ca: authority.ca };
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

afterAll(() => {
  rmSync(built, { recursive: true, force: true });
});

interface Report {
  listed: number;
  octets: number;
  error: string;
  megabytes: number;
}

/** What a process of its own came to. */
async function drain(script: Script): Promise<Report> {
  server = await startScripted({ ...script, tls });
  const { stdout } = await run(process.execPath, [program, String(server.port), tls.ca]);
  return JSON.parse(stdout) as Report;
}

const block = Buffer.from(`${'x'.repeat(998)}\r\n`.repeat(64));

function* body(blocks: number): Generator<Buffer> {
  yield Buffer.from('+OK\r\nSubject: long\r\n\r\n');
  for (let count = 0; count < blocks; count += 1) yield block;
  yield Buffer.from('.\r\n');
}

describe('memory does not follow the server', () => {
  it(
    'a message of 300 MB',
    async () => {
      const blocks = Math.ceil(300e6 / block.length);
      const answer = (command: string) => (command === 'RETR 1' ? body(blocks) : undefined);
      const size = () => 300_000_000;
      const report = await drain({ messages: [Buffer.from('a\r\n')], answer, size });
      expect(report).toMatchObject({ listed: 1, error: '' });
      expect(report.octets).toBe(blocks * block.length + 'Subject: long\r\n\r\n'.length);
      expect(report.megabytes).toBeLessThan(most);
    },
    minute,
  );

  it(
    'a message without end',
    async () => {
      const answer = (command: string) => (command === 'RETR 1' ? body(Infinity) : undefined);
      const report = await drain({ messages: [Buffer.from('a\r\n')], answer });
      expect(report.error).toContain('goes on far beyond its size');
      expect(report.megabytes).toBeLessThan(most);
    },
    minute,
  );

  it(
    '2,000,000 UIDLs',
    async () => {
      const answer = (command: string) => (command === 'UIDL' ? uidls(2_000_000) : undefined);
      const report = await drain({ messages: [Buffer.from('a\r\n')], answer });
      expect(report).toMatchObject({ listed: 0, octets: 0 });
      expect(report.error).toContain('the server lists more than');
      expect(report.megabytes).toBeLessThan(most);
    },
    minute,
  );

  it(
    '499,000 UIDLs, which are taken, and as many messages',
    async () => {
      const answer = (command: string) => {
        if (command === 'UIDL') return uidls(499_000);
        return command.startsWith('RETR') ? '+OK\r\na\r\n.\r\n' : undefined;
      };
      const report = await drain({ messages: [Buffer.from('a\r\n')], answer });
      expect(report).toMatchObject({ listed: 499_000, error: '', octets: 3 * 499_000 });
      expect(report.megabytes).toBeLessThan(most);
    },
    minute,
  );
});

function* uidls(count: number): Generator<Buffer> {
  yield Buffer.from('+OK\r\n');
  for (let number = 1; number <= count; number += 1000) {
    const lines = Array.from({ length: 1000 }, (_, at) => uidlLine(number + at));
    yield Buffer.from(lines.join(''));
  }
  yield Buffer.from('.\r\n');
}

function uidlLine(number: number): string {
  return `${number} ${String(number).padStart(70, 'u')}\r\n`;
}
