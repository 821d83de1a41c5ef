/** The windows that are on the wire, and what has not come of them. */

import { UidSet } from '../../../core/sync/uid-set.ts';

interface OpenWindow {
  readonly tag: string;
  readonly asked: UidSet;
  readonly missing: Set<number>;
}

export class OpenWindows {
  #windows: OpenWindow[] = [];

  get count(): number {
    return this.#windows.length;
  }

  /** The one UID that an answer can be about, where only one was asked for. */
  get soleUid(): number | undefined {
    const [window, ...others] = this.#windows;
    if (window === undefined || others.length > 0 || window.asked.size !== 1) return undefined;
    return [...window.missing][0];
  }

  /** The tag that the next answer without one is for. */
  get oldestTag(): string | undefined {
    return this.#windows[0]?.tag;
  }

  open(tag: string, uids: UidSet): void {
    this.#windows.push({ tag, asked: uids, missing: new Set(uids) });
  }

  has(tag: string): boolean {
    return this.#windows.some((window) => window.tag === tag);
  }

  wants(uid: number): boolean {
    return this.#windows.some(({ missing }) => missing.has(uid));
  }

  given(uid: number): void {
    for (const { missing } of this.#windows) if (missing.delete(uid)) return;
  }

  /** Returns what it did not bring. */
  close(tag: string): UidSet {
    const window = this.#windows.find((each) => each.tag === tag);
    this.#windows = this.#windows.filter((each) => each !== window);
    return UidSet.of(window?.missing ?? []);
  }
}
