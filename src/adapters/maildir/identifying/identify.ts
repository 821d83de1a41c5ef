/** What files of mail are, whoever named them: each is read once, as it would go over the wire. */

import { setImmediate as turn } from 'node:timers/promises';
import type { DiskFile } from '../../../disk/disk.ts';
import type { LocalIdentity } from '../../../ports/receiving/mail-store.ts';
import { eachInParallel } from '../delivering/parallel.ts';
import type { MailFolder } from '../mail-folder.ts';
import { contentInParts, identityOf, wholeContent } from './content.ts';

/** Files smaller than this are read at once. */
const wholeSize = 256 * 1024;

/** How long Node's thread reads before others have their turn, in milliseconds. */
const longestSlice = 10;
/** Files a slice at least, where the disk is quick; else the system has not read them yet, and it pays to wait for many at once. */
const quickSlice = 32;
const manyAtOnce = 512;

/** In the order given; what is gone, or is no file, is left out. */
export async function identify(
  folder: MailFolder,
  bases: readonly string[],
): Promise<readonly LocalIdentity[]> {
  const present = [...(await folder.present(bases))];
  const found = new Map<string, LocalIdentity>();
  const wait = (waiting: readonly string[]): Promise<void> =>
    eachInParallel(waiting, async (base) => {
      const identity = await waitFor(folder, base);
      if (identity !== null) found.set(base, identity);
    });
  // Where the disk hangs, the first file waits for it beside Node's thread.
  await wait(present.slice(0, 1));
  const room = Buffer.allocUnsafe(wholeSize);
  for (let at = 1; at < present.length;) {
    const slice = readSlice(folder, present, at, room);
    for (const identity of slice.found) found.set(identity.base, identity);
    await wait(slice.left);
    at += slice.count;
    if (slice.count < quickSlice) await wait(present.slice(at, (at += manyAtOnce)));
    else await turn();
  }
  return bases.flatMap((base) => found.get(base) ?? []);
}

interface Slice {
  readonly count: number;
  readonly found: readonly LocalIdentity[];
  /** Not read: large, or not where they were. */
  readonly left: readonly string[];
}

/** On Node's thread, since a wait for a small file costs more than to read it. */
function readSlice(
  folder: MailFolder,
  bases: readonly string[],
  from: number,
  room: Buffer,
): Slice {
  const [found, left]: [LocalIdentity[], string[]] = [[], []];
  const end = performance.now() + longestSlice;
  let at = from;
  for (; at < bases.length && performance.now() < end; at += 1) {
    const base = bases[at] ?? '';
    const identity = identifyNow(folder, base, room);
    if (identity === null) left.push(base);
    else found.push(identity);
  }
  return { count: at - from, found, left };
}

function identifyNow(folder: MailFolder, base: string, room: Buffer): LocalIdentity | null {
  const place = folder.index.placeOf(base);
  if (place === undefined) return null;
  const facts = folder.tools.disk.now.readInto(folder.pathOf(base, place), room);
  if (facts === null) return null;
  return identityOf(base, wholeContent(room.subarray(0, facts.size)), facts.mtimeMs);
}

async function waitFor(folder: MailFolder, base: string): Promise<LocalIdentity | null> {
  return folder.withFile(base, async (place) => {
    const file = await folder.tools.disk.open(folder.pathOf(base, place), 'r');
    try {
      const stats = await file.stat();
      if (!stats.isFile()) return null;
      const octets = stats.size < wholeSize ? await readWhole(file, stats.size) : null;
      const content = octets === null ? await contentInParts(file) : wholeContent(octets);
      return identityOf(base, content, stats.mtimeMs);
    } finally {
      await file.close();
    }
  });
}

/** Null where it is not of this size any more: somebody still writes it. */
async function readWhole(file: DiskFile, size: number): Promise<Buffer | null> {
  const buffer = Buffer.allocUnsafe(size + 1);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
  return bytesRead === size ? buffer.subarray(0, size) : null;
}
