/** FLAGS of a FETCH as posthorn keeps them: letters of Maildir, and keywords apart. */

import { flagsFromImap, keywordsFromImap, type Flag } from '../../../core/sync/flags.ts';

export interface FlagList {
  readonly flags: readonly Flag[];
  readonly keywords: readonly string[];
}

export const noFlags: FlagList = { flags: [], keywords: [] };

/** A set of flags of this many is no honest one. */
export const mostFlags = 1_000;

/** Names as they came, one character an octet. Null where they are too many. */
export function flagList(names: readonly string[]): FlagList | null {
  if (names.length > mostFlags) return null;
  const texts = names.filter((name) => name !== '').map(decoded);
  return { flags: flagsFromImap(texts), keywords: keywordsFromImap(texts) };
}

function decoded(name: string): string {
  return /^[\x00-\x7f]*$/.test(name) ? name : Buffer.from(name, 'latin1').toString();
}

/** Folders hold few different sets of flags; a server that invents more is read without it. */
const mostKnown = 256;
const longestKnown = 256;

/** Reads lists of plain atoms, each different one once. */
export class FlagLists {
  readonly #known = new Map<string, FlagList>();

  read(atoms: string): FlagList | null {
    const known = this.#known.get(atoms);
    if (known !== undefined) return known;
    const list = flagList(atoms.split(/[ \t]/));
    if (list !== null && this.#known.size < mostKnown && atoms.length <= longestKnown)
      this.#known.set(atoms, list);
    return list;
  }
}
