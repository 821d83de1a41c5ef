/** A selected folder as one session has been told about it: sequence numbers change only when they are announced. */

import { ImapRefusal } from './refusal.ts';
import type { Folder, Mailbox, StoredMessage } from '../mail/mailbox.ts';

interface Shown {
  message: StoredMessage;
  flags: string;
}

export interface Numbered {
  /** Message sequence number, from 1. */
  number: number;
  message: StoredMessage;
}

export class SelectedFolder {
  readonly folder: Folder;
  readonly readOnly: boolean;
  readonly #mailbox: Mailbox;
  #shown: Shown[];
  #revision: number;

  constructor(mailbox: Mailbox, folder: Folder, readOnly: boolean) {
    this.#mailbox = mailbox;
    this.folder = folder;
    this.readOnly = readOnly;
    this.#revision = mailbox.revision;
    this.#shown = folder.messages.map((message) => ({ message, flags: flagList(message) }));
  }

  messages(): Numbered[] {
    return this.#shown.map(({ message }, index) => ({ number: index + 1, message }));
  }

  /** The messages of a sequence set (RFC 3501 section 9), by UID or by number, in rising order. */
  find(set: string, byUid: boolean): Numbered[] {
    const count = this.#shown.length;
    const highest = byUid ? (this.#shown.at(-1)?.message.uid ?? 0) : count;
    const ranges = parseSet(set, highest);
    const found: Numbered[] = [];
    this.#shown.forEach(({ message }, index) => {
      const number = index + 1;
      if (within(ranges, byUid ? message.uid : number)) found.push({ number, message });
    });
    return found;
  }

  /** The client knows these flags now, they need no announcement. */
  shown(message: StoredMessage): void {
    const entry = this.#shown.find((shown) => shown.message === message);
    if (entry !== undefined) entry.flags = flagList(message);
  }

  /** The untagged lines for what others have changed since the last call. */
  announcements(expunges: boolean): string[] {
    const { revision } = this.#mailbox;
    if (revision === this.#revision) return [];
    if (this.#mailbox.folder(this.folder.name) !== this.folder) return [];
    // Expunges that may not be told yet are still to come.
    if (expunges) this.#revision = revision;
    return [...(expunges ? this.#expunged() : []), ...this.#arrived(), ...this.#reflagged()];
  }

  /** From the highest number down, so that each number holds when it is read. */
  #expunged(): string[] {
    const left = new Set(this.folder.messages);
    const gone = this.#shown.flatMap(({ message }, index) =>
      left.has(message) ? [] : [`${index + 1} EXPUNGE`],
    );
    this.#shown = this.#shown.filter(({ message }) => left.has(message));
    return gone.reverse();
  }

  #arrived(): string[] {
    const highest = this.#shown.at(-1)?.message.uid ?? 0;
    const arrived = this.folder.messages.filter((message) => message.uid > highest);
    if (arrived.length === 0) return [];
    this.#shown.push(...arrived.map((message) => ({ message, flags: flagList(message) })));
    return [`${this.#shown.length} EXISTS`];
  }

  #reflagged(): string[] {
    return this.#shown.flatMap((entry, index) => {
      const flags = flagList(entry.message);
      if (flags === entry.flags) return [];
      entry.flags = flags;
      return [`${index + 1} FETCH (UID ${entry.message.uid} FLAGS ${flags})`];
    });
  }
}

export function flagList(message: StoredMessage): string {
  return `(${[...message.flags].join(' ')})`;
}

type Range = readonly [number, number];

function parseSet(set: string, highest: number): Range[] {
  return set.split(',').map((part): Range => {
    const ends = part.split(':').map((end) => (end === '*' ? highest : Number(end)));
    const [first = NaN, second = first] = ends;
    if (!Number.isInteger(first) || !Number.isInteger(second) || ends.length > 2) {
      throw new ImapRefusal('BAD', 'no sequence set');
    }
    // 7:* is *:7 where fewer are there: the last message is always part of it.
    return [Math.min(first, second), Math.max(first, second)];
  });
}

function within(ranges: readonly Range[], value: number): boolean {
  return ranges.some(([first, last]) => value >= first && value <= last);
}

export function isSet(text: string): boolean {
  return /^(\d+|\*)(:(\d+|\*))?(,(\d+|\*)(:(\d+|\*))?)*$/.test(text);
}
