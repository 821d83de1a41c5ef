/** What a play picks: folders, files, messages and names. */

import type { MemoryFolder } from '../../../fakes/memory-mail-folder.ts';
import type { ServedFolder } from '../../../fakes/served-folder.ts';
import type { ServedMessage } from '../../../fakes/served-mail.ts';
import type { Naming } from './steps.ts';

/** Folders that a history may make, rename and delete. */
export const names = ['Work', 'Lists', 'Old', 'New'] as const;
const lasting = ['INBOX', 'Trash'];

export interface FileHere {
  readonly path: string;
  readonly folder: MemoryFolder;
  readonly file: string;
}

export interface MessageThere {
  readonly folder: ServedFolder;
  readonly message: ServedMessage;
}

/** As readers name files that they move or rename. */
export function named(base: string, naming: Naming, count: number): string {
  switch (naming) {
    case 'same':
      return base;
    case 'other':
      return `other-${String(count)}`;
    case 'with-uid':
      return `${base},U=${String(count % 5)}`;
    case 'with-size':
      return `${base},S=${String(count)}`;
  }
}

export function textOf(folder: MemoryFolder, file: string): string {
  return String(folder.get(file));
}

export function at<T>(all: readonly T[], which: number): T | undefined {
  return all[which % Math.max(all.length, 1)];
}

export function toggled<T>(all: readonly T[], one: T): T[] {
  return all.includes(one) ? all.filter((each) => each !== one) : [...all, one];
}

/** Of those that a history may rename and delete. */
export function movable(paths: readonly string[], which: number): string | undefined {
  const free = paths.filter((path) => !lasting.includes(path));
  return at(free, which);
}
