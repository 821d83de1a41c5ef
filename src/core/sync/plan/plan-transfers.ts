/** What becomes of messages that are new somewhere, and of flags: moves first, then flags, then uploads. */

import { flagBits } from '../flags.ts';
import type { Arrival, Comparison, Newcomer } from './compare-folder.ts';
import type { MessageFacts } from '../remote.ts';
import { agreedState, stateHere, stateThere } from './compare-folder.ts';
import { isEqual, mergeFlags, type FlagState, type Merged } from './merge-flags.ts';
import type {
  AdoptItem,
  MergeItem,
  MoveHereItem,
  NamesByContent,
  Operation,
  TransferItem,
  UploadItem,
} from './operation.ts';
import type { Entry, MovedThere, PairedHere, Pairs } from './pair-messages.ts';
import type { FolderView } from './views.ts';

export interface FolderTransfers {
  readonly operations: readonly Operation[];
  readonly mayBeHere: NamesByContent;
}

export interface Transfers {
  of(view: FolderView): FolderTransfers;
}

/** `doubted`: folders of which nothing is believed to be gone there, so nothing takes the place of it. */
export function planTransfers(
  comparisons: readonly Comparison[],
  pairs: Pairs,
  doubted: ReadonlySet<FolderView>,
): Transfers {
  const drafts = new Map(comparisons.map((each) => [each.view, new Draft(each)]));
  for (const paired of pairs.here) drafts.get(paired.newcomer.view)?.add(paired);
  for (const moved of pairs.movedThere) drafts.get(moved.arrival.view)?.addMoved(moved);
  for (const comparison of comparisons) {
    const goneThere = doubted.has(comparison.view) ? [] : comparison.goneThere;
    drafts.get(comparison.view)?.addEdited({ ...comparison, goneThere }, pairs);
  }
  return { of: (view) => drafts.get(view) ?? { operations: [], mayBeHere: new Map() } };
}

class Draft implements FolderTransfers {
  /** Also of those that get a UID that the server does not tell: it may be listed before the next sync. */
  readonly mayBeHere = new Map<string, string[]>();
  readonly #view: FolderView;
  readonly #renames: { uid: number; name: string }[] = [];
  readonly #adopts: AdoptItem[] = [];
  readonly #moves = new Map<string, TransferItem[]>();
  readonly #copies = new Map<string, TransferItem[]>();
  readonly #movesHere = new Map<string, MoveHereItem[]>();
  readonly #merges: MergeItem[];
  readonly #uploads: UploadItem[] = [];
  readonly #again: number[] = [];

  constructor({ view, merges }: Comparison) {
    this.#view = view;
    this.#merges = [...merges];
  }

  get operations(): readonly Operation[] {
    const { path } = this.#view.remote;
    const every = (kind: 'move-remote' | 'copy-remote', all: Map<string, TransferItem[]>) =>
      [...all].map(([from, items]): Operation => ({ kind, path: from, to: path, items }));
    return [
      ...some(this.#renames, (items) => ({ kind: 'rename', path, items })),
      ...some(this.#adopts, (items) => ({ kind: 'adopt', path, items })),
      ...[...this.#movesHere].map(([from, items]): Operation => ({
        kind: 'move-local',
        path,
        from,
        items,
      })),
      ...every('move-remote', this.#moves),
      ...every('copy-remote', this.#copies),
      ...some(this.#merges, (items) => ({ kind: 'merge-flags', path, items })),
      ...some(this.#uploads, (items) => ({ kind: 'upload', path, items })),
      ...this.#again.map((uid): Operation => ({ kind: 'fetch', path, uid, trouble: null })),
    ];
  }

  add(paired: PairedHere): void {
    const { newcomer } = paired;
    const { identity } = newcomer;
    const { direction } = this.#view.policy;
    if (paired.kind === 'adopted') return this.#adopt(newcomer, paired.arrival);
    if (paired.kind === 'renamed') return this.#rename(newcomer, paired.entry);
    const { wireSha256, base } = identity;
    this.mayBeHere.set(wireSha256, [...(this.mayBeHere.get(wireSha256) ?? []), base]);
    if (paired.kind === 'awaited' || direction === 'pull') return;
    switch (paired.kind) {
      case 'moved': {
        const { view, at } = paired.entry;
        const into = view.policy.direction === 'pull' ? this.#copies : this.#moves;
        this.#transfer(into, view.remote.path, view.known.message(at), newcomer);
        return;
      }
      case 'copied':
        this.#transfer(this.#copies, paired.of.path, paired.of.message, newcomer);
        return;
      case 'new':
        this.#uploads.push({ file: identity, flags: newcomer.flags, instead: null });
    }
  }

  /** Agreed is what both have: what one of them has besides is merged at once. */
  #adopt({ identity, flags }: Newcomer, { message: { facts } }: Arrival): void {
    const there = stateThere(facts);
    const others = new Set(there.keywords.map((each) => each.toLowerCase()));
    const keywords = flags.keywords.filter((each) => others.has(each.toLowerCase()));
    const agreed = { flags: flags.flags & there.flags, keywords };
    const { uid } = facts;
    this.#adopts.push({ uid, name: identity.base, file: identity, facts, agreed });
    this.#merge(uid, identity.base, agreed, flags, there, facts.modSeq);
  }

  #rename({ identity, flags }: Newcomer, { view, at }: { view: FolderView; at: number }): void {
    const uid = view.known.uid(at);
    this.#renames.push({ uid, name: identity.base });
    const told = view.there?.changed.get(uid);
    const agreed = agreedState(view, at);
    const there = told === undefined ? agreed : stateThere(told);
    const here = { ...flags, keywords: known(flags, agreed) };
    this.#merge(uid, identity.base, agreed, here, there, told?.modSeq ?? null);
  }

  #merge(
    uid: number,
    name: string,
    agreed: FlagState,
    here: FlagState,
    there: FlagState,
    modSeq: string | null,
  ): void {
    const { policy, keeping } = this.#view;
    const merged = mergeFlags({ agreed, here, there }, policy.direction, keeping);
    const isNews =
      merged.store !== null || merged.here !== null || merged.agreed.flags !== agreed.flags;
    if (isNews) this.#merges.push({ uid, name, modSeq, ...merged });
  }

  #transfer(
    into: Map<string, TransferItem[]>,
    from: string,
    message: TransferItem['message'],
    { identity, flags }: Newcomer,
  ): void {
    const items = into.get(from) ?? [];
    items.push({ message, name: identity.base, flags });
    into.set(from, items);
  }

  addMoved({ arrival, entry, file }: MovedThere): void {
    const { view, at } = entry;
    const message = view.known.message(at);
    const from = file?.view ?? view;
    const name = file?.identity.base ?? message.name;
    const items = this.#movesHere.get(view.remote.path) ?? [];
    const { facts } = arrival.message;
    const merged = this.#mergedAfter(entry, facts, file?.flags ?? null);
    items.push({ message, fromLocalPath: from.localPath, name, facts, merged });
    this.#movesHere.set(view.remote.path, items);
  }

  /** Whoever moved it may have given it other flags before: the folder that it is in now tells nothing of that later. */
  #mergedAfter({ view, at }: Entry, facts: MessageFacts, moved: FlagState | null): Merged | null {
    const agreed = agreedState(view, at);
    const file = view.here?.files.get(view.known.name(at));
    const found = moved === null ? null : { ...moved, keywords: known(moved, agreed) };
    const here = found ?? (file === undefined ? agreed : stateHere(view, at, file));
    const { policy, keeping } = this.#view;
    const merged = mergeFlags(
      { agreed, here, there: stateThere(facts) },
      policy.direction,
      keeping,
    );
    const isNews = merged.store !== null || merged.here !== null || !isEqual(merged.agreed, agreed);
    return isNews ? merged : null;
  }

  /** What was changed on one side while the other deleted it stays: an edit beats a deletion. */
  addEdited({ view, goneHere, goneThere }: Comparison, pairs: Pairs): void {
    const { direction } = view.policy;
    for (const { at, isEdited } of goneHere)
      if (isEdited && direction !== 'push' && !pairs.settled({ view, at }))
        this.#again.push(view.known.uid(at));
    for (const { at, isEdited } of goneThere)
      if (isEdited && direction !== 'pull' && !pairs.settled({ view, at }) && isWhole(view, at))
        this.#uploads.push(uploadInstead(view, at));
  }
}

function some<T>(items: readonly T[], operation: (items: readonly T[]) => Operation): Operation[] {
  return items.length === 0 ? [] : [operation(items)];
}

/** A file whose letters say nothing of some keywords leaves them as they are. */
function known(flags: FlagState, agreed: FlagState): readonly string[] {
  return flags.keywords.length > 0 ? flags.keywords : agreed.keywords;
}

/** Whether the whole message is here, as far as the state knows. */
export function isWhole({ known }: FolderView, at: number): boolean {
  return known.status(at) === 'both';
}

function uploadInstead(view: FolderView, at: number): UploadItem {
  const { known, here } = view;
  const message = known.message(at);
  const { name, wireSize, wireSha256, messageIdHash } = message;
  const file = here?.files.get(name);
  const flags = file === undefined ? known.flags(at) : flagBits(file.flags);
  const internalDate = message.internalDate ?? message.storedAt;
  return {
    file: { base: name, wireSize, wireSha256, messageIdHash, internalDate },
    flags: { flags, keywords: message.keywords },
    instead: message,
  };
}
