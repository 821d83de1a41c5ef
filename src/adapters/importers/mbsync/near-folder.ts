/** Which folder the channels of an account fill: below the MaildirStore, where they name a box of it (`Near :store:box`). */

import { folder } from '../draft.ts';
import type { Section } from './sections.ts';

/** The local end of a channel. */
export interface NearEnd {
  readonly channel: Section;
  readonly store: Section;
  /** What follows `:store:`; with Patterns a prefix of the names of all folders, else one mailbox. */
  readonly box: string;
}

/** Undefined where the store of the first channel has no Path; channels of other stores do not count. */
export function nearFolder(ends: readonly NearEnd[]): string | undefined {
  const path = pathOf(ends[0]?.store);
  if (path === undefined) return undefined;
  const own = ends.filter(({ store }) => store === ends[0]?.store);
  return [folder(path), ...commonBox(own)].join('/');
}

/** With Maildir++ all folders lie in the inbox, and there is no Path (mbsync(1), SubFolders). */
function pathOf(store: Section | undefined): string | undefined {
  const isFlat = store?.value('subfolders')?.toLowerCase() === 'maildir++';
  return store?.value(isFlat ? 'inbox' : 'path');
}

/** Whether the box is wholly in the folder of the account, as `work/` with Patterns. */
export function isWholeBox({ channel, box }: Omit<NearEnd, 'store'>): boolean {
  return hasPatterns(channel) && box.endsWith('/');
}

/** Of `home/all` and `home/sent`: `home`. A mailbox of its own is the account's folder, one below another lies in it. */
function commonBox(ends: readonly NearEnd[]): string[] {
  const [first = [], ...others] = ends.map(partsOf);
  const [only] = ends;
  if (others.length === 0)
    return only !== undefined && !hasPatterns(only.channel) && first.length > 1
      ? first.slice(0, -1)
      : first;
  return others.reduce((common, parts) => {
    const differs = common.findIndex((part, at) => part !== parts[at]);
    return differs === -1 ? common : common.slice(0, differs);
  }, first);
}

/** None for the inbox, which lies where the store's `Inbox` says, and for what would lead out of the store. */
function partsOf({ channel, box }: NearEnd): string[] {
  const parts = box.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..') || /^inbox$/i.test(box)) return [];
  return hasPatterns(channel) && !box.endsWith('/') ? parts.slice(0, -1) : parts;
}

export function hasPatterns(channel: Section): boolean {
  return channel.entries.some(({ key }) => key === 'patterns' || key === 'pattern');
}
