/** Which of our names a folder holds, kept for one run: a large first sync must not read the folder again for each batch. */

import { ourName, suffixed } from './file-names.ts';
import type { Scan } from './scan.ts';

/**
 * Starts from a complete scan. Afterwards names of ours appear through this run alone, which notes them; other programs
 * only move files or remove them, which shows when one is opened.
 */
export class FolderIndex {
  readonly #paths = new Map<string, string>();
  /** Bases with a suffix, by hash; nearly always empty. */
  readonly #suffixed = new Map<string, Set<string>>();

  constructor(files: Scan['files']) {
    for (const [base, path] of files) this.add(base, path);
  }

  /** Path below the folder where it was last seen. */
  pathOf(base: string): string | undefined {
    return this.#paths.get(base);
  }

  add(base: string, path: string): void {
    this.#paths.set(base, path);
    const hash = ourName(base)?.hash ?? base;
    if (hash === base) return;
    const bases = this.#suffixed.get(hash) ?? new Set();
    this.#suffixed.set(hash, bases.add(base));
  }

  remove(base: string): void {
    this.#paths.delete(base);
    this.#suffixed.get(ourName(base)?.hash ?? base)?.delete(base);
  }

  /** The names that this hash has here. */
  taken(hash: string): string[] {
    const bases = [...(this.#suffixed.get(hash) ?? [])];
    return this.#paths.has(hash) ? [hash, ...bases] : bases;
  }

  /** The first name that this hash can still have. */
  free(hash: string): string {
    let count = 1;
    while (this.#paths.has(suffixed(hash, count))) count += 1;
    return suffixed(hash, count);
  }
}
