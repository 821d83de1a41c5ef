import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { detachPosthorn } from '../../../src/adapters/process/detach.ts';

const child = join(import.meta.dirname, 'child.mjs');
const longMs = 15_000;

interface Facts {
  readonly pid: number;
  readonly ready: string | null;
  readonly cwd: string;
  readonly words: readonly string[];
  readonly word?: string;
}

let folder: string;
let logFile: string;
let server: Server;
let port: string;
let reports: Promise<[Facts, Socket]>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ph-detach-'));
  logFile = join(folder, 'state', 'daemon.log');
  server = createServer();
  reports = new Promise((resolve) => {
    server.once('connection', (socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (text) => {
        resolve([JSON.parse(String(text)) as Facts, socket]);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = String((server.address() as AddressInfo).port);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
});

/** Resolves once the child has ended, as it does when it is spoken to. */
async function end(socket: Socket): Promise<void> {
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write('end\n');
  await closed;
}

function detach(behaviour: string, readyWithinMs = longMs, ...words: string[]): Promise<string> {
  return detachPosthorn(child, [behaviour, port, ...words], { logFile, readyWithinMs });
}

describe('the line on descriptor 3', () => {
  it('is the answer, while the child lives on', async () => {
    expect(await detach('ready')).toBe('ready');
    const [facts, socket] = await reports;
    expect(facts.ready).toBe('3');
    expect(process.kill(facts.pid, 0)).toBe(true);
    await end(socket);
  });

  it('may come in pieces', async () => {
    expect(await detach('pieces')).toBe('the daemon did not');
    await end((await reports)[1]);
  });

  it('may be long', async () => {
    expect(await detach('flood')).toBe('x'.repeat(100_000));
    await end((await reports)[1]);
  });

  it('is empty where the child dies before it says anything, at once', async () => {
    expect(await detach('dies')).toBe('');
    expect(await readFile(logFile, 'utf8')).toContain('error of dies');
  });

  it('is what there was where the child dies in the middle of it', async () => {
    expect(await detach('half')).toBe('half a line');
  });

  it('is empty where the child hangs, which is then asked to end', async () => {
    expect(await detach('hangs', 3_000)).toBe('');
    const [, socket] = await reports;
    if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  });

  it('is not waited for where nobody asked for it', async () => {
    vi.stubEnv('POSTHORN_READY_FD', '3');
    expect(await detach('hangs', 0)).toBe('');
    const [facts, socket] = await reports;
    expect(facts.ready).toBeNull();
    await end(socket);
  });
});

describe('the child', () => {
  it('has the words and the environment, and blocks no folder', async () => {
    vi.stubEnv('SECRET_WORD', 'geheim');
    await detach('ready', longMs, '--config', '/a b/"c".yaml', '');
    const [facts, socket] = await reports;
    expect(facts).toMatchObject({
      cwd: '/',
      word: 'geheim',
      words: ['--config', '/a b/"c".yaml', ''],
    });
    await end(socket);
  });

  it.each([
    ['waited for its line', String(longMs), 'ready', 'answer: ready\n'],
    ['did not wait', '0', 'hangs', 'answer: \n'],
  ])(
    'outlives a parent that %s, which does not wait for its end',
    async (_name, within, behaviour, said) => {
      const script = join(folder, 'parent.mjs');
      await build({
        entryPoints: [join(import.meta.dirname, 'parent.ts')],
        ...{ outfile: script, bundle: true, platform: 'node', format: 'esm', logLevel: 'error' },
      });
      const parent = spawn(process.execPath, [script, child, port, logFile, within, behaviour], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      parent.stdout.on('data', (chunk: Buffer) => (text += String(chunk)));
      // 'close' comes when nobody holds its standard output any more: the child must not.
      expect(await once(parent, 'close')).toEqual([0, null]);
      expect(text).toBe(said);
      const [facts, socket] = await reports;
      expect(process.kill(facts.pid, 0)).toBe(true);
      expect(await sessionOf(facts.pid)).toBe(facts.pid);
      await end(socket);
    },
  );
});

describe('the log', () => {
  it('is made for this user alone, and appended to', async () => {
    await detach('dies');
    await detach('dies');
    expect(await readFile(logFile, 'utf8')).toBe('log of dies\nerror of dies\n'.repeat(2));
    expect((await stat(logFile)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'state'))).mode & 0o777).toBe(0o700);
  });

  it('is closed to others where it was open to them', async () => {
    await mkdir(join(folder, 'state'));
    await writeFile(logFile, 'older\n');
    await chmod(logFile, 0o644);
    await detach('dies');
    expect((await stat(logFile)).mode & 0o777).toBe(0o600);
    expect(await readFile(logFile, 'utf8')).toMatch(/^older\nlog of dies\n/);
  });

  it('that can not be opened is a storage error, and nothing is started', async () => {
    await mkdir(logFile, { recursive: true });
    await expect(detach('ready')).rejects.toMatchObject({ exitStatus: 74, reach: 'program' });
  });

  it('may be nowhere', async () => {
    const options = { logFile: null, readyWithinMs: longMs };
    expect(await detachPosthorn(child, ['ready', port], options)).toBe('ready');
    await end((await reports)[1]);
  });
});

it('what keeps a process from being started is told as such', async () => {
  const node = process.execPath;
  process.execPath = join(folder, 'missing');
  try {
    await expect(detach('ready')).rejects.toMatchObject({ exitStatus: 75, reach: 'program' });
    await expect(detach('ready', 0)).rejects.toMatchObject({ exitStatus: 75 });
  } finally {
    process.execPath = node;
  }
});

/** Field 6 of /proc/PID/stat, proc(5): the session; the name in field 2 may hold anything but ends with the last bracket. */
async function sessionOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${String(pid)}/stat`, 'latin1');
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[3]);
}
