/** Flags and keywords as they go to the server: what it keeps for good, and what IMAP can write at all. */

import {
  allFlags,
  flagsFromImap,
  flagsToImap,
  keywordsFromImap,
} from '../../../core/sync/flags.ts';
import type { FlagNames, PermanentFlags } from '../../../ports/receiving/mailbox-source.ts';

/** RFC 9051, section 9: a flag-keyword is an atom. */
const keyword = /^[^\x00-\x20\x7f-\u{10ffff}(){%*"\\\]]+$/u;

/** `told`: names in PERMANENTFLAGS; null where the server does not say (RFC 9051, section 7.1). */
export function permanentFlags(told: readonly string[] | null): PermanentFlags {
  if (told === null) return { flags: allFlags, keywords: 'any' };
  const takesAny = told.includes('\\*');
  // $Forwarded is a keyword to the server.
  const flags = flagsFromImap(takesAny ? [...told, ...flagsToImap(['P'])] : told);
  return { flags, keywords: takesAny ? 'any' : keywordsFromImap(told) };
}

/** Names for STORE: without those that the server does not keep, and those that IMAP can't write. */
export function storable({ flags, keywords }: FlagNames, permanent: PermanentFlags): string[] {
  const kept = flags.filter((flag) => permanent.flags.includes(flag));
  return [...flagsToImap(kept), ...keywords.filter((name) => isKept(name, permanent))];
}

function isKept(name: string, { keywords }: PermanentFlags): boolean {
  if (!keyword.test(name)) return false;
  if (keywords === 'any') return true;
  return keywords.some((known) => known.toLowerCase() === name.toLowerCase());
}

/** Names for APPEND into a folder that nobody has opened: the server leaves out what it does not keep. */
export function appendable({ flags, keywords }: FlagNames): string[] {
  return [...flagsToImap(flags), ...keywords.filter((name) => keyword.test(name))];
}
