/** Fresh file systems: an ext4 image of its own for each measurement where we are root, else a temporary folder. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { atEnd, refuseAtEnd } from './ending.mjs';

const prefix = 'posthorn-bench-';
const patience = { timeout: 60_000, encoding: 'utf8' };

function succeeds(command, ...args) {
  return spawnSync(command, args, patience).status === 0;
}

function isMounted(folder) {
  const rows = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return rows.some((row) => row.split(' ')[1] === folder);
}

/** Deleting mail file by file would slow down the next run for minutes: the image goes as a whole. */
async function unmount(folder) {
  for (let attempt = 0; isMounted(folder); attempt += 1) {
    if (attempt === 100) throw new Error(`${folder} can't be unmounted`);
    if (!succeeds('umount', folder)) await pause(100);
  }
}

/** Sparse: it costs no disk beyond what is written to it. Nothing is left for ext4 to initialise later. */
function mount(base, room) {
  if (process.getuid() !== 0) return false;
  const image = join(base, 'image');
  const later = 'lazy_itable_init=0,lazy_journal_init=0';
  return (
    succeeds('truncate', '--size', '4G', image) &&
    succeeds('mkfs.ext4', '-q', '-F', '-N', '400000', '-E', later, image) &&
    succeeds('mount', '-o', 'loop', image, room)
  );
}

let isImage;

/** Whether rooms are images; undefined before the first one. */
export const roomsAreImages = () => isImage;

/** A room of its own: `folder`, and `remove()`. */
export function freshRoom(place) {
  refuseAtEnd();
  const base = mkdtempSync(join(place, `${prefix}${process.pid}-`));
  const folder = join(base, 'room');
  const remove = atEnd(async () => {
    await unmount(folder);
    rmSync(base, { recursive: true, force: true });
  });
  mkdirSync(folder);
  isImage = mount(base, folder);
  // Servers and getmail run as other users: they walk through, but can't list.
  for (const path of [base, folder]) chmodSync(path, 0o711);
  return { folder, remove };
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** What a killed run has left behind. */
export async function removeOldRooms(place) {
  for (const name of readdirSync(place)) {
    const pid = /^posthorn-bench-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const base = join(place, name);
    if (statSync(base).uid !== process.getuid()) continue;
    await unmount(join(base, 'room'));
    rmSync(base, { recursive: true, force: true });
  }
}

/** Writes out what the preparation has left in memory, so that no measurement pays for it. */
export function settle(folder) {
  spawnSync('sync', ['-f', folder], patience);
}

/** The type of the file system that a folder lies on. */
export function fileSystem(folder) {
  const { stdout } = spawnSync('df', ['--output=fstype', folder], patience);
  return stdout.trim().split('\n').at(-1);
}
