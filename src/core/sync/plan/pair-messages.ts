/**
 * Finds what belongs together across the folders of an account: a message that is new in one place and gone, or known, in another
 * was moved, copied or renamed, and needs no transfer.
 */

import type { AgreedPlace } from '../agreed.ts';
import type { FolderView } from './views.ts';
import type { Arrival, Comparison, Newcomer } from './compare-folder.ts';

/** A known message of one of the compared folders. */
export interface Entry {
  readonly view: FolderView;
  readonly at: number;
}

export type PairedHere =
  /** Both sides have it, the state did not know. */
  | { readonly kind: 'adopted'; readonly newcomer: Newcomer; readonly arrival: Arrival }
  /** Of the same folder: another program gave it another name. */
  | { readonly kind: 'renamed'; readonly newcomer: Newcomer; readonly entry: Entry }
  | { readonly kind: 'moved'; readonly newcomer: Newcomer; readonly entry: Entry }
  | { readonly kind: 'copied'; readonly newcomer: Newcomer; readonly of: AgreedPlace }
  /** One of the messages that are fetched may be it: what they hold tells. */
  | { readonly kind: 'awaited'; readonly newcomer: Newcomer }
  | { readonly kind: 'new'; readonly newcomer: Newcomer };

/** A message that was moved on the server. `file`: where its file is now, if not where the entry has it. */
export interface MovedThere {
  readonly arrival: Arrival;
  readonly entry: Entry;
  readonly file: Newcomer | null;
}

export interface Pairs {
  readonly here: readonly PairedHere[];
  readonly movedThere: readonly MovedThere[];
  /**
   * Gone here, and in another folder of the server already: a move or a deletion broke off between its copy and the end of its
   * source.
   */
  readonly leftBehind: readonly Entry[];
  /** Entries that are accounted for, by view: neither deleted nor forgotten for being gone. */
  readonly settled: (entry: Entry) => boolean;
}

export function pairMessages(
  comparisons: readonly Comparison[],
  elsewhere: readonly AgreedPlace[],
): Pairs {
  const pairing = new Pairing(comparisons, elsewhere);
  pairing.pairArrivals();
  pairing.pairNewcomers();
  return pairing;
}

class Pairing implements Pairs {
  readonly here: PairedHere[] = [];
  readonly movedThere: MovedThere[] = [];
  readonly leftBehind: Entry[] = [];
  readonly #comparisons: readonly Comparison[];
  /** By content. */
  readonly #elsewhere = new Map<string, AgreedPlace[]>();
  readonly #settled = new Map<FolderView, Set<number>>();
  readonly #takenArrivals = new Set<Arrival>();
  readonly #takenNewcomers = new Set<Newcomer>();
  readonly #gone: GoneEntries;

  constructor(comparisons: readonly Comparison[], elsewhere: readonly AgreedPlace[]) {
    this.#comparisons = comparisons;
    for (const place of elsewhere) add(this.#elsewhere, place.message.wireSha256, place);
    this.#gone = new GoneEntries(comparisons);
  }

  readonly settled = ({ view, at }: Entry): boolean => this.#settled.get(view)?.has(at) === true;

  /** What both sides have comes first; then what vanished in one folder and came in another. */
  pairArrivals(): void {
    for (const { view, newHere, newThere } of this.#comparisons) {
      const arrivals = new Arrivals(newThere);
      for (const newcomer of newHere) {
        const arrival = arrivals.take(newcomer, view);
        if (arrival === undefined) continue;
        this.#takenArrivals.add(arrival);
        this.#takenNewcomers.add(newcomer);
        this.here.push({ kind: 'adopted', newcomer, arrival });
        const source = this.#gone.here(newcomer, this.settled);
        if (source !== null && source.view !== view) this.#leaveBehind(source);
      }
    }
    for (const arrival of this.#comparisons.flatMap(({ newThere }) => newThere)) {
      if (this.#takenArrivals.has(arrival)) continue;
      const entry = this.#gone.there(arrival, this.settled);
      if (entry !== null) this.#moveThere(arrival, entry);
      else if (arrival.view.remote.role === 'trash') this.#trashed(arrival);
    }
  }

  #trashed(arrival: Arrival): void {
    const source = this.#gone.copied(arrival, this.settled);
    if (source !== null && isTrashedByUs(source)) this.#leaveBehind(source);
  }

  #leaveBehind(source: Entry): void {
    this.#settle(source);
    this.leftBehind.push(source);
  }

  /** The file is where the entry has it, or where it was moved here meanwhile: then the server's place counts. */
  #moveThere(arrival: Arrival, entry: Entry): void {
    const isGoneHere = this.#gone.isGoneHere(entry);
    const file = isGoneHere ? this.#newcomerOf(entry) : null;
    if (isGoneHere && file === null) return;
    if (file !== null) this.#takenNewcomers.add(file);
    this.#takenArrivals.add(arrival);
    this.#settle(entry);
    this.movedThere.push({ arrival, entry, file });
  }

  #newcomerOf({ view, at }: Entry): Newcomer | null {
    const name = view.known.name(at);
    const sha256 = view.known.wireSha256(at);
    const all = this.#comparisons.flatMap(({ newHere }) => newHere);
    const free = all.filter((each) => !this.#takenNewcomers.has(each));
    const same = free.filter(({ identity }) => identity.wireSha256 === sha256);
    return same.find(({ identity }) => identity.base === name) ?? same[0] ?? null;
  }

  pairNewcomers(): void {
    for (const { view, newHere, newThere } of this.#comparisons) {
      const free = newThere.filter((each) => !this.#takenArrivals.has(each));
      for (const newcomer of newHere) {
        if (this.#takenNewcomers.has(newcomer)) continue;
        this.here.push(this.#pairNewcomer(view, newcomer, free));
      }
    }
  }

  #pairNewcomer(view: FolderView, newcomer: Newcomer, arrivals: readonly Arrival[]): PairedHere {
    const entry = this.#gone.here(newcomer, this.settled);
    if (entry !== null) {
      this.#settle(entry);
      return { kind: entry.view === view ? 'renamed' : 'moved', newcomer, entry };
    }
    if (arrivals.some((arrival) => mayBe(newcomer, arrival))) return { kind: 'awaited', newcomer };
    const of = this.#known(view, newcomer);
    return of === null ? { kind: 'new', newcomer } : { kind: 'copied', newcomer, of };
  }

  /** Which both sides have, in another folder. */
  #known(view: FolderView, { identity }: Newcomer): AgreedPlace | null {
    const found = this.#elsewhere
      .get(identity.wireSha256)
      ?.find(
        ({ path, message }) =>
          path !== view.remote.path &&
          (message.status === 'both' || message.status === 'placeholder') &&
          !this.#gone.isGoneThere(path, message.uid),
      );
    return found ?? null;
  }

  #settle({ view, at }: Entry): void {
    const settled = this.#settled.get(view) ?? new Set();
    this.#settled.set(view, settled.add(at));
  }
}

/** Where nothing that is deleted here goes to the trash there, its copy in it is somebody else's, and the source stays. */
function isTrashedByUs({ view: { policy, agreed } }: Entry): boolean {
  return policy.onLocalDelete === 'trash' && policy.direction !== 'pull' && agreed?.stamp !== null;
}

/** Without a Message-ID alone, or with one and another size, what it holds has to tell. */
function mayBe({ identity }: Newcomer, { message }: Arrival): boolean {
  if (message.messageIdHash !== identity.messageIdHash) return false;
  return message.messageIdHash !== null || message.facts.size === identity.wireSize;
}

/** Arrivals of one folder by Message-ID; each is taken once. */
class Arrivals {
  readonly #byHash = new Map<string, Arrival[]>();

  constructor(arrivals: readonly Arrival[]) {
    for (const arrival of arrivals) {
      const hash = arrival.message.messageIdHash;
      if (hash !== null) this.#byHash.set(hash, [...(this.#byHash.get(hash) ?? []), arrival]);
    }
  }

  /** By Message-ID and size; where it was about to be uploaded by Message-ID alone, since some servers add to what they are given. */
  take({ identity }: Newcomer, { intents, agreed }: FolderView): Arrival | undefined {
    const { messageIdHash, wireSize, base } = identity;
    if (messageIdHash === null) return undefined;
    const all = this.#byHash.get(messageIdHash) ?? [];
    const intent = intents.find(
      ({ name, uidValidity }) => name === base && uidValidity === agreed?.uidValidity,
    );
    const found =
      all.find(({ message }) => message.facts.size === wireSize) ??
      (intent === undefined
        ? undefined
        : all.find(({ message }) => message.facts.uid >= intent.uidNext));
    if (found !== undefined) this.#byHash.set(messageIdHash, without(all, found));
    return found;
  }
}

function without<T>(all: readonly T[], one: T): T[] {
  return all.filter((each) => each !== one);
}

/** Known messages that are gone on a side, by what tells them from others. */
class GoneEntries {
  readonly #here = new Map<string, Entry[]>();
  readonly #there = new Map<string, Entry[]>();
  /** Gone here alone. */
  readonly #copied = new Map<string, Entry[]>();
  readonly #goneHere = new Map<FolderView, Set<number>>();
  readonly #goneThere = new Map<string, Set<number>>();

  constructor(comparisons: readonly Comparison[]) {
    for (const { view, goneHere, goneThere, forgotten } of comparisons) {
      const here = [...goneHere.map(({ at }) => at), ...forgotten].filter((at) =>
        view.known.isHere(at),
      );
      const there = [...goneThere.map(({ at }) => at), ...forgotten].filter((at) =>
        view.known.isThere(at),
      );
      this.#goneHere.set(view, new Set(here));
      this.#goneThere.set(view.remote.path, new Set(there.map((at) => view.known.uid(at))));
      for (const at of goneHere.map((each) => each.at)) {
        add(this.#here, view.known.wireSha256(at), { view, at });
        const key = keyOf(view, at);
        if (key !== null) add(this.#copied, key, { view, at });
      }
      for (const at of there) {
        const key = keyOf(view, at);
        if (key !== null) add(this.#there, key, { view, at });
      }
    }
  }

  /** The server still has it, and its file is gone where it was: by content, the same name first. */
  here({ identity }: Newcomer, settled: (entry: Entry) => boolean): Entry | null {
    const all = (this.#here.get(identity.wireSha256) ?? []).filter((entry) => !settled(entry));
    const same = all.find(({ view, at }) => view.known.name(at) === identity.base);
    return same ?? all[0] ?? null;
  }

  there(arrival: Arrival, settled: (entry: Entry) => boolean): Entry | null {
    return sameAs(this.#there, arrival, settled);
  }

  /** Gone here, while the server still has it where it was. */
  copied(arrival: Arrival, settled: (entry: Entry) => boolean): Entry | null {
    return sameAs(this.#copied, arrival, settled);
  }

  isGoneHere({ view, at }: Entry): boolean {
    return this.#goneHere.get(view)?.has(at) === true;
  }

  isGoneThere(path: string, uid: number): boolean {
    return this.#goneThere.get(path)?.has(uid) === true;
  }
}

/** COPY and MOVE keep Message-ID, octets and INTERNALDATE (RFC 6851, section 3.3). */
function sameAs(
  entries: ReadonlyMap<string, readonly Entry[]>,
  { view, message }: Arrival,
  settled: (entry: Entry) => boolean,
): Entry | null {
  const { messageIdHash, facts } = message;
  if (messageIdHash === null || facts.size === null || facts.internalDate === null) return null;
  const key = `${messageIdHash} ${String(facts.size)} ${String(facts.internalDate)}`;
  const free = (entries.get(key) ?? []).filter((entry) => !settled(entry));
  // Moved away and back, it has another UID in the same folder.
  return free.find((entry) => entry.view !== view) ?? free[0] ?? null;
}

function keyOf({ known }: FolderView, at: number): string | null {
  const [hash, date] = [known.messageIdHash(at), known.internalDate(at)];
  if (hash === null || date === null || known.status(at) !== 'both') return null;
  return `${hash} ${String(known.wireSize(at))} ${String(date)}`;
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [value]);
  else known.push(value);
}
