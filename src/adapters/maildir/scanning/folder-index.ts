/** Where the files of a folder were last seen, kept for one run: a large first sync must not read the folder again for each batch. */

import { hashBehind, suffixed } from '../file-names.ts';
import type { Place, Scan } from './scan.ts';

/**
 * Once it has taken in a complete scan, names of ours appear through this run alone, which notes them; other programs only
 * move files or remove them, which shows when one is opened.
 */
export class FolderIndex {
  readonly #places = new Map<string, Place>();
  /** Bases with a suffix, by hash; nearly always empty. */
  readonly #suffixed = new Map<string, Set<string>>();
  /** The same few strings for all files. */
  readonly #shared = new Map<Place, Place>();
  /** Where our caller believes those to be that others have renamed since it was told of all files; nearly always empty. */
  readonly #believed = new Map<string, Place>();
  #isComplete = false;

  /** A complete scan was taken in: a name of ours that is not known is not there. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Adds what was seen. What was not seen stays: this run may have delivered it meanwhile. */
  take({ places, complete }: Pick<Scan, 'places' | 'complete'>): void {
    for (const [base, place] of places) {
      const known = this.#places.get(base);
      if (known !== undefined && known !== place && !this.#believed.has(base))
        this.#believed.set(base, known);
      this.#set(base, place);
    }
    this.#isComplete ||= complete;
  }

  /** The same, and our caller is told of all of it. */
  tell(scan: Pick<Scan, 'places' | 'complete'>): void {
    this.take(scan);
    this.#believed.clear();
  }

  /** Where our caller was told that it is: what it decides is about that. */
  believedPlaceOf(base: string): Place | undefined {
    return this.#believed.get(base) ?? this.#places.get(base);
  }

  /** A change of ours, and what our caller takes to have come of it. */
  change(base: string, place: Place, believed: Place): void {
    this.add(base, place);
    if (believed !== place) this.#believed.set(base, believed);
  }

  /** Where it was last seen. */
  placeOf(base: string): Place | undefined {
    return this.#places.get(base);
  }

  add(base: string, place: Place): void {
    this.#believed.delete(base);
    this.#set(base, place);
  }

  #set(base: string, place: Place): void {
    const shared = this.#shared.get(place) ?? place;
    this.#shared.set(shared, shared);
    this.#places.set(base, shared);
    const hash = hashBehind(base);
    if (hash !== null) this.#suffixed.set(hash, this.#suffixesOf(hash).add(base));
  }

  remove(base: string): void {
    this.#places.delete(base);
    this.#believed.delete(base);
    const hash = hashBehind(base);
    if (hash !== null) this.#suffixesOf(hash).delete(base);
  }

  /** The names that this hash has here. */
  taken(hash: string): string[] {
    const bases = [...this.#suffixesOf(hash)];
    return this.#places.has(hash) ? [hash, ...bases] : bases;
  }

  /** The first name made of this one that is not taken. */
  free(base: string): string {
    let count = 1;
    while (this.#places.has(suffixed(base, count))) count += 1;
    return suffixed(base, count);
  }

  #suffixesOf(hash: string): Set<string> {
    return this.#suffixed.get(hash) ?? new Set();
  }
}
