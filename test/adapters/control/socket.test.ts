import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, lstat, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createControl } from '../../../src/adapters/control/control.ts';
import { echo, Place, status } from './place.ts';

let place: Place;

beforeEach(async () => {
  place = await Place.make();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  vi.useRealTimers();
  await place.remove();
});

describe('the socket', () => {
  it('is for this user alone, and so are its folder and the announcement', async () => {
    const mask = process.umask(0o000);
    try {
      await place.serve();
      expect(process.umask()).toBe(0o000);
    } finally {
      process.umask(mask);
    }
    const path = await place.socketFile();
    const modes = [
      path,
      join(path, '..'),
      place.places.stateDir,
      join(place.places.stateDir, 'daemon.json'),
    ];
    const found = await Promise.all(modes.map(async (each) => (await stat(each)).mode & 0o777));
    expect(found.map((mode) => mode.toString(8))).toEqual(['600', '700', '700', '600']);
  });

  it('leaves nothing behind at a clean end', async () => {
    await place.serve();
    const path = await place.socketFile();
    await place.close();
    await expect(lstat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(place.places.stateDir)).toEqual([]);
  });

  it('cron, which has no XDG_RUNTIME_DIR, finds the daemon of the desktop, and the other way round', async () => {
    const cron = createControl({ ...place.places, runtimeDir: undefined });
    await place.serve();
    expect((await place.socketFile()).startsWith(join(place.folder, 'run'))).toBe(true);
    expect(await cron.call(status)).toEqual({ asked: 'status' });
    await place.close();
    await place.serve(echo, cron);
    expect((await place.socketFile()).startsWith(place.places.stateDir)).toBe(true);
    expect(await place.control.call(status)).toEqual({ asked: 'status' });
  });

  it('two configurations do not meet in one runtime folder', async () => {
    await place.serve();
    const other = createControl({ ...place.places, stateDir: join(place.folder, 'other') });
    expect(await other.call(status)).toBeNull();
    const second = await other.serve(() => Promise.resolve('other'));
    expect(await place.control.call(status)).toEqual({ asked: 'status' });
    expect(await other.call(status)).toBe('other');
    await second.close();
  });

  it('falls back to a folder whose path is short enough', async () => {
    vi.stubEnv('TMPDIR', place.folder);
    const long = join(place.folder, 'x'.repeat(60), 'y'.repeat(60));
    place.places = { stateDir: long, runtimeDir: join(long, 'run') };
    await place.serve();
    const user = String(process.getuid?.() ?? 0);
    expect((await place.socketFile()).startsWith(join(place.folder, `posthorn-${user}`))).toBe(
      true,
    );
    expect(await place.control.call(status)).toEqual({ asked: 'status' });
  });

  it.each([
    ['others may write to', () => chmod(temporaryFolder(), 0o777)],
    ['is owned by somebody else', () => belongToAnother()],
  ])('is never put into a shared folder that %s', async (_name, spoil) => {
    vi.stubEnv('TMPDIR', place.folder);
    await mkdir(temporaryFolder(), { mode: 0o700 });
    await spoil();
    const long = join(place.folder, 'x'.repeat(120));
    place.places = { stateDir: long, runtimeDir: undefined };
    await expect(place.serve()).rejects.toMatchObject({
      exitStatus: 74,
      remedy: expect.stringContaining('XDG') as unknown,
    });
    expect(await readdir(temporaryFolder())).toEqual([]);
  });

  it('a folder that can not be made is passed over', async () => {
    await writeFile(join(place.folder, 'run'), 'no folder');
    await place.serve();
    expect((await place.socketFile()).startsWith(place.places.stateDir)).toBe(true);
  });

  it('what keeps it from listening is a storage error, and nothing goes on listening', async () => {
    vi.stubEnv('TMPDIR', place.folder);
    await mkdir(join(place.places.stateDir, 'daemon.json'), { recursive: true });
    await expect(place.serve()).rejects.toMatchObject({ exitStatus: 74, reach: 'program' });
    expect(await readdir(join(place.folder, 'run', 'posthorn'))).toEqual([]);
  });
});

describe('a daemon that dies', () => {
  /** Listens at `places`; answers `status`, and nothing else. */
  async function child(): Promise<ChildProcess> {
    const script = join(import.meta.dirname, 'silent-daemon.mjs');
    const started = spawn(process.execPath, [script, join(place.folder, 'd.sock')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(started.stdout as NodeJS.ReadableStream, 'data');
    await mkdir(place.places.stateDir, { recursive: true });
    const announcement = { socket: join(place.folder, 'd.sock'), process: started.pid };
    await writeFile(join(place.places.stateDir, 'daemon.json'), JSON.stringify(announcement));
    return started;
  }

  it('before it has answered: try again', async () => {
    const daemon = await child();
    const asked = place.control.call(status).catch((error: unknown) => error);
    await once(daemon.stdout as NodeJS.ReadableStream, 'data');
    daemon.kill('SIGKILL');
    expect(await asked).toMatchObject({ exitStatus: 75, reach: 'program' });
  });

  it('leaves a socket that neither answers nor stands in the way', async () => {
    place.places = { ...place.places, runtimeDir: undefined };
    const daemon = await child();
    daemon.kill('SIGKILL');
    await once(daemon, 'exit');
    expect((await lstat(join(place.folder, 'd.sock'))).isSocket()).toBe(true);
    expect(await place.control.call(status)).toBeNull();
    await place.serve();
    const path = await place.socketFile();
    const left = await place.control.serve(() => Promise.resolve('the next'));
    expect(await place.socketFile()).toBe(path);
    expect(await place.control.call(status)).toBe('the next');
    await left.close();
  });
});

function temporaryFolder(): string {
  return join(place.folder, `posthorn-${String(process.getuid?.() ?? 0)}`);
}

/** As seen by another user: nothing here is owned by it. */
async function belongToAnother(): Promise<void> {
  const stranger = (process.getuid?.() ?? 0) + 1;
  await rm(temporaryFolder(), { recursive: true });
  vi.spyOn(process as { getuid: () => number }, 'getuid').mockReturnValue(stranger);
  await mkdir(temporaryFolder(), { mode: 0o700 });
}
