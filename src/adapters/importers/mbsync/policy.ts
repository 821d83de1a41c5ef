/** What the channels of an account may do to either side, as posthorn says it: Sync, Expunge, MaxSize, Patterns, SubscribedOnly. */

import { fits } from '../../../core/account/policy/folder-pattern.ts';
import type { ImportedSync } from '../../../ports/accounts/importer.ts';
import { defined } from '../../../defined.ts';
import { flag, type Draft } from '../draft.ts';
import type { NearEnd } from './near-folder.ts';
import { farEnd, type Line, type Section } from './sections.ts';

/** Keys of a channel that are read here. */
export const policyKeys = new Set(['sync', 'expunge', 'maxsize', 'patterns', 'pattern']);

export interface Channels {
  readonly ends: readonly NearEnd[];
  /** The stores of the account on the server, by their names. */
  readonly far: ReadonlyMap<string, Section>;
  /** What stands before every section holds for channels that say nothing themselves. */
  readonly globals: readonly Line[];
}

export function mbsyncPolicy(channels: Channels, draft: Draft): ImportedSync {
  const { ends, far } = channels;
  const maxSize = agreed(channels, 'maxsize', sizeOf, draft);
  const isSubscribed = [...far.values()].some(
    (store) => flag(store.value('subscribedonly') ?? '') === true,
  );
  return {
    ...defined({ direction: agreed(channels, 'sync', directionOf, draft) }),
    ...(ends.length === 0 ? {} : deletionsOf(channels, draft)),
    ...defined({ maxSize: maxSize ?? storeSize(ends) }),
    folders: {
      ...patternsOf(channels, draft),
      ...defined({ subscribed: isSubscribed ? true : undefined }),
    },
  };
}

type Read<T> = (line: Line) => { readonly value: T | undefined } | string;

/** An account has one answer: that of its first channel; what the others say otherwise is left over, as what is not known. */
function agreed<T>(channels: Channels, key: string, read: Read<T>, draft: Draft): T | undefined {
  const answers = channels.ends.map(({ channel }) => {
    const line = lineOf(channel, key, channels.globals);
    const found = line === undefined ? { value: undefined } : read(line);
    if (typeof found !== 'string') return { line, value: found.value };
    if (line !== undefined) leaveOnce(draft, line, found);
    return { line, value: undefined };
  });
  const [first, ...others] = answers;
  for (const { line, value } of others)
    if (line !== undefined && value !== first?.value)
      draft.leave(line.line, line.word, otherChannel);
  return first?.value;
}

const otherChannel =
  'another channel of the account says otherwise, and that one is taken: see sync.perFolder';

function lineOf(channel: Section, key: string, globals: readonly Line[]): Line | undefined {
  return channel.entry(key) ?? globals.find((each) => each.key === key);
}

/** A line before all sections is read for each channel. */
function leaveOnce(draft: Draft, { line, word }: Line, why: string): void {
  if (!draft.hasLeft(line)) draft.leave(line, word, why);
}

const directionOf: Read<'pull' | 'push'> = ({ words }) => {
  const said = words.map((word) => word.toLowerCase()).sort();
  switch (said.join(' ')) {
    case 'all':
    case 'full':
    case 'pull push':
      return { value: undefined };
    case 'pull':
    case 'push':
      return { value: said[0] as 'pull' | 'push' };
    default:
      return 'posthorn syncs everything, both ways or one way: see sync.direction';
  }
};

/** parse_size of mbsync: k and m are powers of 1,024, and a b may follow; 0 is no limit. */
const sizeOf: Read<string> = ({ value }) => {
  const [, digits = '', unit = ''] = /^0*(\d{0,9})([km]?)b?$/i.exec(value) ?? [];
  if (/^0+b?$/i.test(value)) return { value: undefined };
  return digits === '' ? 'no size' : { value: `${digits}${unit.toUpperCase().replace('K', 'k')}` };
};

/** The limit of the local store makes placeholders; that of the remote one is about uploads. */
function storeSize(ends: readonly NearEnd[]): string | undefined {
  const line = ends[0]?.store.entry('maxsize');
  const found = line === undefined ? 'none' : sizeOf(line);
  return typeof found === 'string' ? undefined : found.value;
}

/** Without Expunge mbsync marks what is deleted on the other side, and deletes nothing. Of several channels the most careful counts. */
function deletionsOf({ ends, far, globals }: Channels, draft: Draft): ImportedSync {
  const said = ends.map(({ channel }) => sidesIn(lineOf(channel, 'expunge', globals), draft));
  const isFar = said.every(({ sides }) => sides.far);
  const isNear = said.every(({ sides }) => sides.near);
  for (const { line, sides } of said)
    if (line !== undefined && (sides.far !== isFar || sides.near !== isNear))
      leaveOnce(draft, line, 'another channel of the account deletes less: that is taken for all');
  const hasFarTrash = [...far.values()].some((store) => hasTrash(store));
  const hasNearTrash = ends.some(({ store }) => hasTrash(store));
  return {
    onLocalDelete: !isFar ? 'keep' : hasFarTrash ? 'trash' : 'expunge',
    onRemoteDelete: !isNear ? 'keep' : hasNearTrash ? 'trash' : 'delete',
  };
}

interface Sides {
  readonly far: boolean;
  readonly near: boolean;
}

const none: Sides = { far: false, near: false };

const sidesByWord: Readonly<Record<string, Sides>> = {
  none,
  both: { far: true, near: true },
  far: { far: true, near: false },
  master: { far: true, near: false },
  near: { far: false, near: true },
  slave: { far: false, near: true },
};

function sidesIn(
  line: Line | undefined,
  draft: Draft,
): { readonly line: Line | undefined; readonly sides: Sides } {
  const sides = line === undefined ? none : sidesByWord[line.value.toLowerCase()];
  if (line !== undefined && sides === undefined)
    leaveOnce(draft, line, 'none of None, Far, Near and Both; taken for None');
  return { line, sides: sides ?? none };
}

function hasTrash(store: Section): boolean {
  return (store.value('trash') ?? '') !== '';
}

interface Patterns {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

/** Only where every channel has patterns, and they mean what posthorn's do; else they are left over. */
function patternsOf(
  { ends, far }: Channels,
  draft: Draft,
): { include?: string[]; exclude?: string[] } {
  const lines = ends.flatMap(({ channel }) => patternLines(channel));
  const read = ends.map(({ channel }) => (isWholeStore(channel, far) ? patternsIn(channel) : null));
  const exact = read.every((each) => each !== null) ? joined(read) : null;
  if (exact === null) {
    for (const { line, word } of lines) draft.leave(line, word, inexact);
    return {};
  }
  const isAll = exact.include.includes('*') || exact.include.length === 0;
  return defined({
    include: isAll ? undefined : [...exact.include],
    exclude: exact.exclude.length === 0 ? undefined : [...exact.exclude],
  });
}

const inexact =
  'every folder of the account is fetched: write them as sync.folders.include and sync.folders.exclude';

function patternLines(channel: Section): Line[] {
  return channel.entries.filter(({ key }) => key === 'patterns' || key === 'pattern');
}

/** Names are counted from the top of the account. */
function isWholeStore(channel: Section, far: ReadonlyMap<string, Section>): boolean {
  const end = farEnd(channel, far);
  return end?.box === '' && (far.get(end.name)?.value('path') ?? '') === '';
}

/** Null where there are none, or one that brings back what an earlier one left out. */
function patternsIn(channel: Section): Patterns | null {
  const words = patternLines(channel).flatMap((line) => line.words);
  const negated = words.findIndex((word) => word.startsWith('!'));
  const count = negated === -1 ? words.length : negated;
  const [include, rest] = [words.slice(0, count), words.slice(count)];
  if (include.length === 0 || rest.some((word) => !word.startsWith('!'))) return null;
  if (words.some((word) => /^!?(?:\\|role:)|^!?$/.test(word))) return null;
  return { include, exclude: rest.map((word) => word.slice(1)) };
}

/** What one channel leaves out, and another takes, is taken; null where wildcards make that unclear. */
function joined(all: readonly (Patterns | null)[]): Patterns | null {
  const channels = all.filter((each) => each !== null);
  const include = [...new Set(channels.flatMap((each) => each.include))];
  const exclude: string[] = [];
  for (const each of channels)
    for (const pattern of each.exclude) {
      const others = channels.filter((other) => other !== each);
      if (others.length > 0 && /[*%]/.test(pattern)) return null;
      if (!others.some((other) => takes(other, pattern))) exclude.push(pattern);
    }
  return { include, exclude: [...new Set(exclude)] };
}

function takes({ include, exclude }: Patterns, path: string): boolean {
  const folder = { path, segments: path.split('/'), role: null, attributes: [] };
  const fitsOne = (patterns: readonly string[]): boolean =>
    patterns.some((pattern) => fits(pattern, folder));
  return fitsOne(include) && !fitsOne(exclude);
}
