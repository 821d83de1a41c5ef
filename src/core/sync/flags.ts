/** Flags as Maildir writes them, and their names in IMAP (RFC 9051 2.3.2). */

/** Draft, Flagged, Passed (`$Forwarded`), Replied (`\Answered`), Seen, Trashed (`\Deleted`: a mark, no deletion). */
export type Flag = 'D' | 'F' | 'P' | 'R' | 'S' | 'T';

/** In the order Maildir asks for: ASCII. */
export const allFlags: readonly Flag[] = ['D', 'F', 'P', 'R', 'S', 'T'];

const imapNames: Readonly<Record<Flag, string>> = {
  D: '\\Draft',
  F: '\\Flagged',
  P: '$Forwarded',
  R: '\\Answered',
  S: '\\Seen',
  T: '\\Deleted',
};

const flagOfName: ReadonlyMap<string, Flag> = new Map(
  allFlags.map((flag) => [imapNames[flag].toLowerCase(), flag]),
);

/** Those IMAP flags that Maildir has a letter for, in order; names compare without case (RFC 9051 2.3.2). */
export function flagsFromImap(names: Iterable<string>): Flag[] {
  const given = new Set<Flag | undefined>();
  for (const name of names) given.add(flagOfName.get(name.toLowerCase()));
  return allFlags.filter((flag) => given.has(flag));
}

export function flagsToImap(flags: readonly Flag[]): string[] {
  return flags.map((flag) => imapNames[flag]);
}

/** As one number: bit 0 is the first of allFlags. */
export function flagBits(flags: readonly Flag[]): number {
  return flags.reduce((bits, flag) => bits | (1 << allFlags.indexOf(flag)), 0);
}

export function flagsOfBits(bits: number): Flag[] {
  return allFlags.filter((_, at) => (bits & (1 << at)) !== 0);
}

/** Those IMAP names that are no flags of Maildir and no system flags: keywords (RFC 9051 2.3.2), each once, sorted. */
export function keywordsFromImap(names: Iterable<string>): string[] {
  const keywords = new Map<string, string>();
  for (const name of names)
    if (!name.startsWith('\\') && !flagOfName.has(name.toLowerCase()))
      keywords.set(name.toLowerCase(), name);
  return [...keywords.values()].sort();
}

/** The part of a file name behind the base: `:2,FS`. */
export function infoSuffix(flags: readonly Flag[]): string {
  return `:2,${allFlags.filter((flag) => flags.includes(flag)).join('')}`;
}

/** Base name and letters of a Maildir file name, whoever wrote it; letters that we don't know are kept apart. */
export function parseFileName(fileName: string): { base: string; flags: Flag[]; others: string } {
  const at = fileName.indexOf(':2,');
  if (at === -1) return { base: fileName, flags: [], others: '' };
  const letters = fileName.slice(at + 3);
  return {
    base: fileName.slice(0, at),
    flags: allFlags.filter((flag) => letters.includes(flag)),
    others: Array.from(letters)
      .filter((letter) => !allFlags.includes(letter as Flag))
      .join(''),
  };
}
