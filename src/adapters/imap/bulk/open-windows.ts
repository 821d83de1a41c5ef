/** The commands that are on the wire, and what has not come of them. */

import { UidSet } from '../../../core/sync/uid-set.ts';

interface OpenWindow {
  readonly tag: string;
  readonly asked: UidSet;
  readonly missing: Set<number>;
}

export class OpenWindows {
  #windows: OpenWindow[] = [];
  /** Commands that ask for facts alone, in front of the window whose facts they are. */
  readonly #forFacts = new Set<string>();

  get count(): number {
    return this.#windows.length;
  }

  /** The one UID that an answer can be about, where only one was asked for. */
  get soleUid(): number | undefined {
    const [window, ...others] = this.#windows;
    if (window === undefined || others.length > 0 || window.asked.size !== 1) return undefined;
    return [...window.missing][0];
  }

  /** The tag that an answer without one is for, as commands are answered in their order; `''` where none is open. */
  get oldestTag(): string {
    const [tag = this.#windows[0]?.tag ?? ''] = this.#forFacts;
    return tag;
  }

  open(tag: string, uids: UidSet): void {
    this.#windows.push({ tag, asked: uids, missing: new Set(uids) });
  }

  openForFacts(tag: string): void {
    this.#forFacts.add(tag);
  }

  has(tag: string): boolean {
    return this.#windows.some((window) => window.tag === tag) || this.#forFacts.has(tag);
  }

  wants(uid: number): boolean {
    return this.#windows.some(({ missing }) => missing.has(uid));
  }

  given(uid: number): void {
    for (const { missing } of this.#windows) if (missing.delete(uid)) return;
  }

  /** Returns what the window did not bring; null for a command that brings no messages. */
  close(tag: string): UidSet | null {
    if (this.#forFacts.delete(tag)) return null;
    const window = this.#windows.find((each) => each.tag === tag);
    this.#windows = this.#windows.filter((each) => each !== window);
    return UidSet.of(window?.missing ?? []);
  }
}
