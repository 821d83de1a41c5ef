/** Disks that lose power at a chosen call, or can't do something at all. */

import type { Disk } from '../../../src/disk/disk.ts';
import { diskAround, failingDisk, systemError, type Call } from '../../disk/faulty-disk.ts';

/** Without hard links, and without a rename that replaces nothing: as some network file systems. */
export const diskWithoutLinks = withoutRenameNew(
  failingDisk('EPERM', ({ name }) => name === 'link'),
);

/** As where koffi is missing: no syncfs, and no rename that replaces nothing. */
export function diskWithoutKoffi(disk: Disk): Disk {
  return { ...withoutRenameNew(disk), openFileSystem: () => Promise.resolve(null) };
}

function withoutRenameNew(disk: Disk): Disk {
  return {
    ...disk,
    renameNew: () => Promise.resolve(false),
    now: { ...disk.now, renameNew: () => false },
  };
}

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
  const begin = (call: Call): boolean => {
    const number = calls;
    calls += 1;
    if (number > cut.at || (number === cut.at && !cut.after)) throw new PowerCut(call.name);
    if (!links && call.name === 'link') throw systemError('EPERM', call);
    return number === cut.at;
  };
  const disk = diskAround(
    async (call, work) => {
      const isLast = begin(call);
      const working = work();
      underWay.add(working);
      const result = await working.finally(() => underWay.delete(working));
      if (isLast) throw new PowerCut(call.name);
      return result;
    },
    (call, work) => {
      const isLast = begin(call);
      const result = work();
      if (isLast) throw new PowerCut(call.name);
      return result;
    },
  );
  const atRest = async (): Promise<void> => {
    while (underWay.size > 0) await Promise.allSettled(underWay);
  };
  return { disk: links ? disk : withoutRenameNew(disk), calls: () => calls, atRest };
}
