/** A server ends with whoever started it, even if that was killed. */
import { spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { Guard } from './guard.ts';
import { requirePrograms } from './programs.ts';

const watchdog = fileURLToPath(new URL('watchdog.mjs', import.meta.url));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Resolves when the folder is gone: the watchdog's last act. */
function removed(folder: string): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watch(dirname(folder), () => look());
    const look = (): void => {
      if (existsSync(folder)) return;
      watcher.close();
      resolve();
    };
    look();
  });
}

/** A process that starts a watchdog as a test does, and hands on what it reports. */
const starter = `
const { spawn } = require('node:child_process');
const [, watchdog, folder, worker] = process.argv;
const dog = spawn(process.execPath, [watchdog, folder, '/bin/sh', '-c', worker], {
  stdio: ['pipe', 'inherit', 'inherit'], detached: true,
});
dog.stdin.write('start\\n');
setInterval(() => undefined, 1000);
`;

it('a killed starter leaves no process and no folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-guard-'));
  const worker = 'sleep 1000 & setsid sleep 1000 & trap "" TERM; wait';
  const child = spawn(process.execPath, ['-e', starter, watchdog, folder, worker], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const pid = await new Promise<number>((resolve) => {
    lines.once('line', (line) => resolve(Number(/^started (\d+)$/.exec(line)?.[1])));
  });
  expect(isAlive(pid)).toBe(true);
  child.kill('SIGKILL');
  await removed(folder);
  expect(isAlive(pid)).toBe(false);
});

it('a server can be stopped, started again and ended', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-guard-'));
  const guard = new Guard(folder, '/bin/sleep', ['1000']);
  const first = await guard.start();
  await guard.stop();
  expect(isAlive(first)).toBe(false);
  expect(guard.exited).toBe('SIGTERM');
  const second = await guard.start();
  expect(isAlive(second)).toBe(true);
  await guard.end();
  expect(isAlive(second)).toBe(false);
  expect(existsSync(folder)).toBe(false);
});

it('a program that is missing is said to be', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'posthorn-guard-'));
  const guard = new Guard(folder, '/no/such/program', []);
  await expect(guard.start()).rejects.toThrow('ENOENT');
  await guard.end();
  await rm(folder, { recursive: true, force: true });
});

it('a missing package is named', async () => {
  await requirePrograms([process.execPath]);
  await expect(requirePrograms(['/no/such/dovecot'])).rejects.toThrow(/dovecot-core.*postfix/);
});
