/** Disks that fail at a chosen call. */

import { realDisk, type Disk, type DiskFile, type OpenFlags } from '../../src/disk/disk.ts';
import type { DiskNow } from '../../src/disk/disk-now.ts';
import type { OpenFileSystem } from '../../src/disk/syncfs.ts';

export interface Call {
  readonly name: string;
  readonly path: string;
}

/** Around every call that reaches the disk. */
export type Around = <T>(call: Call, work: () => Promise<T>) => Promise<T>;

/** Around those on Node's thread. */
export type AroundNow = <T>(call: Call, work: () => T) => T;

export function diskAround(around: Around, aroundNow: AroundNow = (_, work) => work()): Disk {
  return {
    now: nowAround(aroundNow),
    open: (path, flags, mode) => openAround(around, path, flags, mode),
    openFileSystem: async (path) => {
      const opened = await realDisk.openFileSystem(path);
      return opened && fileSystemAround(opened, path, around);
    },
    readFile: (path) => around({ name: 'readFile', path }, () => realDisk.readFile(path)),
    link: (from, to) => around({ name: 'link', path: to }, () => realDisk.link(from, to)),
    rename: (from, to) => around({ name: 'rename', path: to }, () => realDisk.rename(from, to)),
    renameNew: (from, to) =>
      around({ name: 'renameNew', path: to }, () => realDisk.renameNew(from, to)),
    unlink: (path) => around({ name: 'unlink', path }, () => realDisk.unlink(path)),
    removeTree: (path) => around({ name: 'removeTree', path }, () => realDisk.removeTree(path)),
    mkdir: (path, mode) => around({ name: 'mkdir', path }, () => realDisk.mkdir(path, mode)),
    rmdir: (path) => around({ name: 'rmdir', path }, () => realDisk.rmdir(path)),
    readdir: (path) => around({ name: 'readdir', path }, () => realDisk.readdir(path)),
    stat: (path) => around({ name: 'stat', path }, () => realDisk.stat(path)),
    entries: (path) => realDisk.entries(path),
  };
}

/** The names are those of the calls beside Node's thread. */
function nowAround(around: AroundNow): DiskNow {
  const { now } = realDisk;
  const paths = new Map<number, string>();
  const on = <T>(name: string, descriptor: number, work: () => T): T =>
    around({ name, path: paths.get(descriptor) ?? '' }, work);
  return {
    open: (path, mode) => {
      let opened: number | undefined;
      try {
        return around({ name: 'open-wx', path }, () => {
          opened = now.open(path, mode);
          paths.set(opened, path);
          return opened;
        });
      } catch (error) {
        if (opened !== undefined) now.close(opened);
        throw error;
      }
    },
    write: (descriptor, octets, offset, length) =>
      on('write', descriptor, () => now.write(descriptor, octets, offset, length)),
    stat: (path) => around({ name: 'stat', path }, () => now.stat(path)),
    utimes: (descriptor, date) => {
      on('utimes', descriptor, () => {
        now.utimes(descriptor, date);
      });
    },
    close: (descriptor) => {
      try {
        on('close', descriptor, () => undefined);
      } finally {
        paths.delete(descriptor);
        now.close(descriptor);
      }
    },
    readInto: (path, room) => around({ name: 'readInto', path }, () => now.readInto(path, room)),
    renameNew: (from, to) => around({ name: 'renameNew', path: to }, () => now.renameNew(from, to)),
  };
}

/** A descriptor that the caller never gets to see is closed here. */
async function openAround(
  around: Around,
  path: string,
  flags: OpenFlags,
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
  const on = <A extends unknown[], T>(name: string, work: (...given: A) => Promise<T>) => {
    return (...given: A): Promise<T> => around({ name, path }, () => work(...given));
  };
  return {
    write: on('write', (octets: Uint8Array, offset: number, length: number) =>
      file.write(octets, offset, length),
    ) as DiskFile['write'],
    read: on('read', (buffer: Buffer, offset: number, length: number, position: number) =>
      file.read(buffer, offset, length, position),
    ) as DiskFile['read'],
    stat: on('stat', () => file.stat()) as DiskFile['stat'],
    truncate: on('truncate', (length?: number) => file.truncate(length)),
    sync: on('sync', () => file.sync()),
    utimes: on('utimes', (atime: Date, mtime: Date) =>
      file.utimes(atime, mtime),
    ) as DiskFile['utimes'],
    chmod: on('chmod', (mode: number) => file.chmod(mode)) as DiskFile['chmod'],
    chown: on('chown', (uid: number, gid: number) => file.chown(uid, gid)),
    close: () => closeAround(file, path, around),
  };
}

function fileSystemAround(opened: OpenFileSystem, path: string, around: Around): OpenFileSystem {
  return {
    sync: () => around({ name: 'syncfs', path }, () => opened.sync()),
    close: () => closeAround(opened, path, around),
  };
}

/** The descriptor must not leak, whatever the disk says. */
async function closeAround(
  opened: { close(): Promise<void> },
  path: string,
  around: Around,
): Promise<void> {
  const close = (): Promise<void> => opened.close();
  return around({ name: 'close', path }, () => Promise.resolve()).finally(close);
}

export function systemError(code: string, call: Call): Error {
  return Object.assign(new Error(`${code}: ${call.name} '${call.path}'`), {
    code,
    syscall: call.name,
  });
}

/** Fails each call that `when` chooses, before it does anything. */
export function failingDisk(code: string, when: (call: Call) => boolean): Disk {
  return diskAround(
    (call, work) => (when(call) ? Promise.reject(systemError(code, call)) : work()),
    (call, work) => {
      if (when(call)) throw systemError(code, call);
      return work();
    },
  );
}
