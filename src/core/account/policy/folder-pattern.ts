/**
 * Patterns for folders, as mbsync and IMAP's LIST have them (RFC 9051, section 6.3.9): `*` stands for anything, `%` for
 * anything within one level. `role:trash` and `\Trash` name the folder of a role, wherever it lies.
 */
import type { FolderRole } from '../account.ts';

/** A folder of a server, or one of the Maildir that has none there yet. */
export interface NamedFolder {
  /** The server's name, decoded. */
  readonly path: string;
  /** `path` split at the hierarchy delimiter. */
  readonly segments: readonly string[];
  readonly role: FolderRole | null;
  /** In lower case with their backslash; none where the server has no such folder. */
  readonly attributes: readonly string[];
}

/** Views of other folders, which the server tells by an attribute (RFC 6154, RFC 8457). */
export const viewUses = ['all', 'flagged', 'important'] as const;

/** What may follow `role:`. */
export const patternRoles: readonly (FolderRole | (typeof viewUses)[number])[] = [
  ...(['inbox', 'sent', 'drafts', 'trash', 'spam', 'archive'] as const),
  ...viewUses,
];

type Parsed =
  | { readonly kind: 'role'; readonly use: string }
  | { readonly kind: 'name'; readonly name: string };

function parsed(pattern: string): Parsed {
  const [, word] = /^(?:role:|\\)(.*)$/su.exec(pattern) ?? [];
  if (word === undefined) return { kind: 'name', name: pattern.normalize('NFC') };
  const use = word.toLowerCase();
  // RFC 6154, section 2, calls it Junk.
  return { kind: 'role', use: use === 'junk' ? 'spam' : use };
}

/** What makes the text no pattern, to follow "must"; undefined where it is one. */
export function patternFault(pattern: string): string | undefined {
  if (pattern.startsWith('!'))
    return 'not begin with `!`: what is left out stands under `folders.exclude`';
  const found = parsed(pattern);
  if (found.kind === 'name' || (patternRoles as readonly string[]).includes(found.use))
    return undefined;
  return `name one of the roles ${patternRoles.join(', ')}`;
}

/** Whether it fits this folder and can fit no other. */
export function namesExactly(pattern: string, folder: NamedFolder): boolean {
  return (pattern.startsWith('role:') || !/[*%]/.test(pattern)) && fits(pattern, folder);
}

/** A pattern that is none fits no folder. */
export function fits(pattern: string, folder: NamedFolder): boolean {
  const found = parsed(pattern);
  return found.kind === 'role' ? hasUse(found.use, folder) : fitsName(found.name, folder);
}

function hasUse(use: string, { role, attributes }: NamedFolder): boolean {
  const isView = (viewUses as readonly string[]).includes(use);
  return isView ? attributes.includes(`\\${use}`) : role === use;
}

/** Between two segments stands null: no sign of a name is mistaken for the delimiter. */
type Sign = string | null;

/** Every place of the pattern that the name up to here may have led to: no pattern takes long. */
function fitsName(pattern: string, folder: NamedFolder): boolean {
  const delimiter = delimiterOf(folder);
  const signs = [...withInbox(pattern, delimiter)];
  let places = skipped(new Set([0]), signs);
  for (const sign of signsOf(folder))
    places = skipped(
      new Set([...places].flatMap((place) => next(place, signs, sign, delimiter))),
      signs,
    );
  return places.has(signs.length);
}

/** A wildcard may stand for nothing. */
function skipped(places: ReadonlySet<number>, signs: readonly string[]): Set<number> {
  const all = new Set(places);
  for (const place of all) if (isWildcard(signs[place])) all.add(place + 1);
  return all;
}

function next(place: number, signs: readonly string[], sign: Sign, delimiter: string): number[] {
  const wanted = signs[place];
  if (wanted === '*' || (wanted === '%' && sign !== null)) return [place];
  const isSame = sign === null ? wanted === '/' || wanted === delimiter : wanted === sign;
  return isSame ? [place + 1] : [];
}

function isWildcard(sign: string | undefined): boolean {
  return sign === '*' || sign === '%';
}

function signsOf({ segments }: NamedFolder): Sign[] {
  return segments.flatMap((segment, at): Sign[] => {
    const name = at === 0 && isInbox(segment) ? 'INBOX' : segment.normalize('NFC');
    return at === 0 ? [...name] : [null, ...name];
  });
}

/** RFC 9051, section 5.1: INBOX is the same folder in any case. */
function withInbox(pattern: string, delimiter: string): string {
  const [head, then] = [pattern.slice(0, 5), pattern[5]];
  const isWhole = then === undefined || then === '/' || then === delimiter;
  return isInbox(head) && isWhole ? `INBOX${pattern.slice(5)}` : pattern;
}

function isInbox(name: string): boolean {
  return name.toLowerCase() === 'inbox';
}

/** `/` where the name has one level. */
function delimiterOf({ path, segments: [first = '', ...others] }: NamedFolder): string {
  return others.length === 0 ? '/' : (path[first.length] ?? '/');
}
