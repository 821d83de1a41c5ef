/** Disks that fail at a chosen call, lose power at a chosen call, or can't do something at all. */

import { realDisk, type Disk, type DiskFile } from '../../../src/adapters/maildir/disk.ts';

export interface Call {
  readonly name: string;
  readonly path: string;
}

/** Around every call that reaches the disk. */
export type Around = <T>(call: Call, work: () => Promise<T>) => Promise<T>;

export function diskAround(around: Around): Disk {
  return {
    open: (path, flags, mode) => openAround(around, path, flags, mode),
    link: (from, to) => around({ name: 'link', path: to }, () => realDisk.link(from, to)),
    rename: (from, to) => around({ name: 'rename', path: to }, () => realDisk.rename(from, to)),
    unlink: (path) => around({ name: 'unlink', path }, () => realDisk.unlink(path)),
    mkdir: (path, mode) => around({ name: 'mkdir', path }, () => realDisk.mkdir(path, mode)),
    readdir: (path) => around({ name: 'readdir', path }, () => realDisk.readdir(path)),
    stat: (path) => around({ name: 'stat', path }, () => realDisk.stat(path)),
    entries: (path) => realDisk.entries(path),
  };
}

/** A descriptor that the caller never gets to see is closed here. */
async function openAround(
  around: Around,
  path: string,
  flags: 'r' | 'wx',
  mode: number | undefined,
): Promise<DiskFile> {
  let opened: DiskFile | undefined;
  try {
    return await around({ name: `open-${flags}`, path }, async () => {
      opened = await realDisk.open(path, flags, mode);
      return fileAround(opened, path, around);
    });
  } catch (error) {
    await opened?.close();
    throw error;
  }
}

function fileAround(file: DiskFile, path: string, around: Around): DiskFile {
  const close = (): Promise<void> => file.close();
  const on = <A extends unknown[], T>(name: string, work: (...given: A) => Promise<T>) => {
    return (...given: A): Promise<T> => around({ name, path }, () => work(...given));
  };
  return {
    write: on('write', (octets: Buffer, offset: number, length: number) =>
      file.write(octets, offset, length),
    ) as DiskFile['write'],
    read: on('read', (buffer: Buffer, offset: number, length: number, position: number) =>
      file.read(buffer, offset, length, position),
    ) as DiskFile['read'],
    stat: on('stat', () => file.stat()) as DiskFile['stat'],
    sync: on('sync', () => file.sync()),
    utimes: on('utimes', (atime: Date, mtime: Date) =>
      file.utimes(atime, mtime),
    ) as DiskFile['utimes'],
    // The descriptor must not leak, whatever the disk says.
    close: () => around({ name: 'close', path }, () => Promise.resolve()).finally(close),
  };
}

export function systemError(code: string, call: Call): Error {
  return Object.assign(new Error(`${code}: ${call.name} '${call.path}'`), {
    code,
    syscall: call.name,
  });
}

/** Fails each call that `when` chooses, before it does anything. */
export function failingDisk(code: string, when: (call: Call) => boolean): Disk {
  return diskAround((call, work) =>
    when(call) ? Promise.reject(systemError(code, call)) : work(),
  );
}

/** Without hard links, as vfat. */
export const diskWithoutLinks = failingDisk('EPERM', ({ name }) => name === 'link');

export class PowerCut extends Error {}

/** Where the power goes: at call number `at`, before it does anything or right after. */
export interface Cut {
  readonly at: number;
  readonly after: boolean;
}

export interface DyingDisk {
  readonly disk: Disk;
  readonly calls: () => number;
  /** Resolves once no call that began before the cut is under way: what a dead machine did, it did before the next start. */
  readonly atRest: () => Promise<void>;
}

/** Dies at the cut: that call and every later one throw, so that nothing is cleaned up. */
export function dyingDisk(cut: Cut, links: boolean): DyingDisk {
  let calls = 0;
  const underWay = new Set<Promise<unknown>>();
  const disk = diskAround(async (call, work) => {
    const number = calls;
    calls += 1;
    if (number > cut.at || (number === cut.at && !cut.after)) throw new PowerCut(call.name);
    if (!links && call.name === 'link') throw systemError('EPERM', call);
    const working = work();
    underWay.add(working);
    const result = await working.finally(() => underWay.delete(working));
    if (number === cut.at) throw new PowerCut(call.name);
    return result;
  });
  const atRest = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.allSettled(underWay);
  };
  return { disk, calls: () => calls, atRest };
}
