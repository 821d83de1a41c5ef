/** syncfs: what it brings to disk, what it tells, and where it is not offered. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldOpen, isNewEnough, openFileSystem, type Library } from '../../src/disk/syncfs.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'posthorn-syncfs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Answers as the C function would, first beside Node's thread, then on it. */
function answering(beside: number, onThread: number, errorName?: string): Library {
  const syncfs = (): number => onThread;
  const async = (_: number, done: (error: unknown, result: number) => void): void => {
    setImmediate(() => {
      done(null, beside);
    });
  };
  return { syncfs: Object.assign(syncfs, { async }), errorName: () => errorName };
}

async function failureOf(library: Library): Promise<unknown> {
  const opened = await heldOpen(folder, library);
  try {
    return await opened.sync().catch((error: unknown) => error);
  } finally {
    await opened.close();
  }
}

describe('openFileSystem', () => {
  it('brings the files of a local disk there, again and again', async () => {
    const opened = await openFileSystem(folder);
    // Where koffi, Linux or its version is missing there is nothing to test: null is right.
    if (opened === null) return;
    await writeFile(join(folder, 'message'), 'text');
    await opened.sync();
    await opened.sync();
    await opened.close();
  });

  it('is not offered where its syncfs does less than fsync', async () => {
    expect(await openFileSystem('/proc')).toBeNull();
  });

  it('fails where there is no such folder', async () => {
    await expect(openFileSystem(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('sync', () => {
  it('fails as a system call with the errno that the second descriptor learns', async () => {
    const error = await failureOf(answering(-1, -1, 'ENOSPC'));
    expect(error).toMatchObject({ code: 'ENOSPC', syscall: 'syncfs', path: folder });
  });

  it('is a failed disk where the reason cannot be learnt', async () => {
    expect(await failureOf(answering(-1, 0, 'ENOENT'))).toMatchObject({ code: 'EIO' });
    expect(await failureOf(answering(-1, -1))).toMatchObject({ code: 'EIO' });
  });

  it('has nothing to tell after success', async () => {
    expect(await failureOf(answering(0, -1, 'EIO'))).toBeUndefined();
  });
});

describe('isNewEnough', () => {
  it.each([
    ['5.4.0-200-generic', false],
    ['5.16.20', false],
    ['5.17.0', true],
    ['6.1.0-40-amd64', true],
    ['10.0.0', true],
    ['4.19.0', false],
    ['unknown', false],
  ])('%s: %s', (kernel, expected) => {
    expect(isNewEnough(kernel)).toBe(expected);
  });
});
