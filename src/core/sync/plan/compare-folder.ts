/** One folder as both sides have it, against what is agreed: what is new, gone or changed on which side. */

import { flagBits, type Flag } from '../flags.ts';
import type { MessageFacts } from '../remote.ts';
import { mergeFlags, type FlagState } from './merge-flags.ts';
import type { MergeItem } from './operation.ts';
import type { FileHere, FolderView, LocalNews, NewHere, NewThere } from './views.ts';

/** A known message, by its entry in the folder's KnownMessages. */
export interface Gone {
  readonly at: number;
  /** The other side changed its flags meanwhile: that beats the deletion. A mark of deletion does not. */
  readonly isEdited: boolean;
}

/** A file that the state does not know. */
export interface Newcomer {
  readonly view: FolderView;
  readonly identity: NewHere;
  readonly flags: FlagState;
}

export interface Arrival {
  readonly view: FolderView;
  readonly message: NewThere;
}

export interface Comparison {
  readonly view: FolderView;
  readonly goneHere: readonly Gone[];
  readonly goneThere: readonly Gone[];
  /** Gone where it was, and there was nothing on the other side. */
  readonly forgotten: readonly number[];
  /** UIDs of messages that are to come back: another program took the mark of deletion off, or they were taken for gone. */
  readonly returning: readonly number[];
  readonly newHere: readonly Newcomer[];
  readonly newThere: readonly Arrival[];
  readonly merges: readonly MergeItem[];
}

const trashed = flagBits(['T']);

type Side<T> = T | 'same' | 'gone' | 'none';

export function compareFolder(view: FolderView): Comparison {
  const { known, here, there } = view;
  const comparison = empty(view);
  for (const at of entriesToCompare(view)) {
    const file = sideHere(view, at);
    const told = sideThere(view, at);
    classify(comparison, at, file, told);
  }
  // What is too old is left out by choice.
  if (view.policy.maxAge === null && view.policy.direction !== 'push')
    comparison.returning.push(...(there?.strays ?? []));
  if (here !== null) comparison.newHere.push(...newcomers(view, here));
  const arrivals = there?.arrivals ?? [];
  const fresh = arrivals.filter(({ facts }) => known.atUid(facts.uid) === undefined);
  comparison.newThere.push(...fresh.map((message) => ({ view, message })));
  return comparison;
}

function empty(view: FolderView) {
  return {
    view,
    goneHere: [] as Gone[],
    goneThere: [] as Gone[],
    forgotten: [] as number[],
    returning: [] as number[],
    newHere: [] as Newcomer[],
    newThere: [] as Arrival[],
    merges: [] as MergeItem[],
  };
}

/** Without news from here, the few that the server told alone. */
function* entriesToCompare({ known, here, there }: FolderView): Generator<number> {
  if (here !== null) {
    for (let at = 0; at < known.size; at += 1) yield at;
    return;
  }
  for (const uids of [there?.changed.keys() ?? [], there?.vanished ?? []])
    for (const uid of uids) {
      const at = known.atUid(uid);
      if (at !== undefined) yield at;
    }
}

function sideHere({ known, here }: FolderView, at: number): Side<FileHere> {
  if (!known.isHere(at)) return 'none';
  if (here === null) return 'same';
  return here.files.get(known.name(at)) ?? 'gone';
}

function sideThere({ known, there }: FolderView, at: number): Side<MessageFacts> {
  if (!known.isThere(at)) return 'none';
  if (there === null) return 'same';
  const uid = known.uid(at);
  if (there.vanished.has(uid)) return 'gone';
  return there.changed.get(uid) ?? 'same';
}

function classify(
  comparison: ReturnType<typeof empty>,
  at: number,
  file: Side<FileHere>,
  told: Side<MessageFacts>,
): void {
  const { view } = comparison;
  const isGone = (side: Side<unknown>): boolean => side === 'gone' || side === 'none';
  if (isGone(file) && isGone(told)) comparison.forgotten.push(at);
  else if (file === 'gone')
    comparison.goneHere.push({ at, isEdited: isEditedThere(view, at, told) });
  else if (told === 'gone')
    comparison.goneThere.push({ at, isEdited: isEditedHere(view, at, file) });
  else if (file === 'none') {
    if (comesBack(view, at, told)) comparison.returning.push(view.known.uid(at));
  } else if (told !== 'none' && !isAsAgreed(view, at, file, told)) {
    const item = mergeItem(view, at, file, told);
    if (item !== null) comparison.merges.push(item);
  }
}

/** Nearly all of a large folder is: that is told without making anything for each. */
function isAsAgreed(
  { known, here }: FolderView,
  at: number,
  file: Side<FileHere>,
  told: Side<MessageFacts>,
): boolean {
  if (told !== 'same' || typeof file === 'string') return told === 'same' && file === 'same';
  const saysNothing =
    here?.keywordLetters === null || (file.letters === '' && !known.hasKeywords(at));
  return saysNothing && flagBits(file.flags) === known.flags(at);
}

/** It was marked here since the server can't expunge it alone, and the mark is gone. */
function comesBack({ known }: FolderView, at: number, told: Side<MessageFacts>): boolean {
  if (known.status(at) !== 'awaiting-expunge' || typeof told === 'string') return false;
  return !told.flags.includes('T');
}

function isEditedThere(view: FolderView, at: number, told: Side<MessageFacts>): boolean {
  return typeof told !== 'string' && isEdited(agreedState(view, at), stateThere(told), view);
}

function isEditedHere(view: FolderView, at: number, file: Side<FileHere>): boolean {
  return (
    typeof file !== 'string' && isEdited(agreedState(view, at), stateHere(view, at, file), view)
  );
}

function isEdited(agreed: FlagState, now: FlagState, { keeping }: FolderView): boolean {
  const unmarked = (state: FlagState): FlagState => ({ ...state, flags: state.flags & ~trashed });
  const [before, after] = [unmarked(agreed), unmarked(now)];
  const { store, here } = mergeFlags(
    { agreed: before, here: after, there: before },
    'both',
    keeping,
  );
  return store !== null || here !== null;
}

/** Null where nothing is to be done nor noted. */
function mergeItem(
  view: FolderView,
  at: number,
  file: Side<FileHere>,
  told: Side<MessageFacts>,
): MergeItem | null {
  const { known, policy, keeping } = view;
  const agreed = agreedState(view, at);
  const here = typeof file === 'string' ? agreed : stateHere(view, at, file);
  const there = typeof told === 'string' ? agreed : stateThere(told);
  const merged = mergeFlags({ agreed, here, there }, policy.direction, keeping);
  const shown = merged.here ?? (isShown(view, file, here) ? null : here);
  const isNews = merged.store !== null || shown !== null || !isSame(merged.agreed, agreed);
  if (!isNews) return null;
  const modSeq = typeof told === 'string' ? null : told.modSeq;
  return { uid: known.uid(at), name: known.name(at), modSeq, ...merged, here: shown };
}

/** Whether its letters tell of every keyword that has one: Dovecot may have got a letter for it since. */
function isShown({ here }: FolderView, file: Side<FileHere>, { keywords }: FlagState): boolean {
  if (typeof file === 'string' || here?.keywordLetters === null || here === null) return true;
  const wanted = new Set(keywords.map(lower));
  return [...here.keywordLetters].every(
    ([letter, name]) => !wanted.has(lower(name)) || file.letters.includes(letter),
  );
}

/** Also in spelling: what the server writes is kept. */
function isSame(one: FlagState, other: FlagState): boolean {
  return one.flags === other.flags && one.keywords.join(' ') === other.keywords.join(' ');
}

export function agreedState({ known }: FolderView, at: number): FlagState {
  return { flags: known.flags(at), keywords: known.keywords(at) };
}

export function stateThere({
  flags,
  keywords,
}: {
  readonly flags: readonly Flag[];
  readonly keywords: readonly string[];
}): FlagState {
  return { flags: flagBits(flags), keywords };
}

/** A file says nothing of keywords that have, or had, no letter in its folder: they are as agreed. */
export function stateHere(view: FolderView, at: number, file: FileHere): FlagState {
  const names = new Set([...(view.here?.keywordLetters?.values() ?? [])].map(lower));
  const isSaid = (keyword: string): boolean =>
    names.has(keyword) && view.here?.lettered.has(keyword) === true;
  const letters = new Set(keywordsOf(view.here, file).map(lower));
  const unsaid = view.known
    .keywords(at)
    .filter((keyword) => !isSaid(lower(keyword)) && !letters.has(lower(keyword)));
  return {
    flags: flagBits(file.flags),
    keywords: [...unsaid, ...keywordsOf(view.here, file)].sort(),
  };
}

function keywordsOf(here: LocalNews | null, { letters }: FileHere): string[] {
  const names = here?.keywordLetters;
  if (names === null || names === undefined) return [];
  return Array.from(letters).flatMap((letter) => names.get(letter) ?? []);
}

function lower(keyword: string): string {
  return keyword.toLowerCase();
}

/** Files that are here alone since the server numbered the folder anew are no news. */
function* newcomers(view: FolderView, here: LocalNews): Generator<Newcomer> {
  for (const [base, file] of here.files) {
    if (view.known.atName(base) !== undefined || view.former.has(base)) continue;
    const identity = here.identities.get(base);
    if (identity === undefined) continue;
    const flags = { flags: flagBits(file.flags), keywords: keywordsOf(here, file).sort() };
    yield { view, identity, flags };
  }
}
