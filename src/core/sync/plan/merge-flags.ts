/** Flags and keywords of one message, merged letter by letter: what one side changed since it was agreed is changed on the other. */

import type { FolderPolicy } from '../../account/policy/sync-settings.ts';
import { flagsOfBits, type Flag } from '../flags.ts';
import type { Keeping } from './views.ts';

export interface FlagState {
  /** Bits in the order of allFlags. */
  readonly flags: number;
  /** Sorted; one of them in one spelling alone. */
  readonly keywords: readonly string[];
}

/** What the server is to be asked for (STORE + and −). */
export interface ServerChange {
  readonly add: { readonly flags: readonly Flag[]; readonly keywords: readonly string[] };
  readonly remove: { readonly flags: readonly Flag[]; readonly keywords: readonly string[] };
}

export interface Merged {
  readonly agreed: FlagState;
  /** What the file is to have; null where it has it. */
  readonly here: FlagState | null;
  readonly store: ServerChange | null;
}

export interface Sides {
  readonly agreed: FlagState;
  /** What the file has. */
  readonly here: FlagState;
  readonly there: FlagState;
}

/**
 * `keeping`: what the server keeps at all; a flag that it does not keep says nothing when it is missing there, and one that was set
 * here is not agreed: the server may keep it another day.
 */
export function mergeFlags(
  { agreed, here, there }: Sides,
  direction: FolderPolicy['direction'],
  keeping: Keeping | null,
): Merged {
  const kept = keeping?.flags ?? ~0;
  const told = (there.flags & kept) | (agreed.flags & ~kept);
  const flags = mergeBits(agreed.flags, here.flags, told, direction);
  const keywords = mergeKeywords(agreed, here, there, direction, keeping);
  const wanted = { flags: flags.here, keywords: keywords.here };
  return {
    agreed: { flags: flags.agreed & (kept | told), keywords: keywords.agreed },
    here: isEqual(wanted, here) ? null : wanted,
    store: serverChange(told, flags.there & (kept | told), keywords.added, keywords.removed),
  };
}

interface MergedBits {
  readonly agreed: number;
  readonly here: number;
  readonly there: number;
}

function mergeBits(
  agreed: number,
  here: number,
  there: number,
  direction: FolderPolicy['direction'],
): MergedBits {
  const changedHere = direction === 'pull' ? 0 : here ^ agreed;
  const changedThere = direction === 'push' ? 0 : (there ^ agreed) & ~changedHere;
  return {
    agreed: agreed ^ changedHere ^ changedThere,
    here: (here & ~changedThere) | (there & changedThere),
    there: (there & ~changedHere) | (here & changedHere),
  };
}

interface MergedKeywords {
  readonly agreed: readonly string[];
  readonly here: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** As bits, each keyword for itself; in the spelling of the server, else of the state, else of the file. */
function mergeKeywords(
  agreed: FlagState,
  here: FlagState,
  there: FlagState,
  direction: FolderPolicy['direction'],
  keeping: Keeping | null,
): MergedKeywords {
  const sides = [here, agreed, there].map(({ keywords }) => byCase(keywords));
  const [ofFile, ofState, ofServer] = sides as [Spelling, Spelling, Spelling];
  const spelling = new Map([...ofFile, ...ofState, ...ofServer]);
  const merged = { agreed: [] as string[], here: [] as string[] };
  const change = { added: [] as string[], removed: [] as string[] };
  for (const [key, name] of spelling) {
    const isKept = keeping === null || keeping.keywords === 'any' || keeping.keywords.has(key);
    const bit = (side: Spelling): number => Number(side.has(key));
    const told = isKept ? bit(ofServer) : bit(ofState);
    const bits = mergeBits(bit(ofState), bit(ofFile), told, direction);
    if (bits.agreed === 1) merged.agreed.push(name);
    if (bits.here === 1) merged.here.push(name);
    if (isKept && bits.there > told) change.added.push(name);
    if (bits.there < told) change.removed.push(name);
  }
  return { agreed: merged.agreed.sort(), here: merged.here.sort(), ...change };
}

type Spelling = ReadonlyMap<string, string>;

/** Case variants are one keyword (RFC 9051, section 2.3.2). */
function byCase(keywords: readonly string[]): Spelling {
  return new Map(keywords.map((name) => [name.toLowerCase(), name]));
}

function serverChange(
  told: number,
  wanted: number,
  added: readonly string[],
  removed: readonly string[],
): ServerChange | null {
  if (told === wanted && added.length + removed.length === 0) return null;
  return {
    add: { flags: flagsOfBits(wanted & ~told), keywords: added },
    remove: { flags: flagsOfBits(told & ~wanted), keywords: removed },
  };
}

export function isEqual(one: FlagState, other: FlagState): boolean {
  if (one.flags !== other.flags || one.keywords.length !== other.keywords.length) return false;
  const [keys, others] = [byCase(one.keywords), byCase(other.keywords)];
  return [...keys.keys()].every((key) => others.has(key));
}
