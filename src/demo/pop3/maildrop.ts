/** A maildrop as one POP3 session sees it: numbered at login, emptied of what was marked only at QUIT. */

import type { Folder, StoredMessage } from '../mail/mailbox.ts';
import { pop3Octets } from './message.ts';

export interface MaildropFaults {
  /** The size that LIST and STAT tell for message `number` (from 1), for servers that count wrongly. */
  listSize?: (size: number, number: number) => number;
  /** The UIDL of message `number` (from 1), for servers that repeat them. */
  uidl?: (uidl: string, number: number) => string;
}

export interface MaildropEntry {
  number: number;
  uidl: string;
  /** As LIST tells it. */
  size: number;
  octets: Buffer;
  message: StoredMessage;
}

export class Maildrop {
  readonly #folder: Folder;
  readonly #entries: readonly MaildropEntry[];
  readonly #deleted = new Set<MaildropEntry>();

  constructor(folder: Folder, entries: readonly MaildropEntry[]) {
    this.#folder = folder;
    this.#entries = entries;
  }

  entries(): MaildropEntry[] {
    return this.#entries.filter((entry) => !this.#deleted.has(entry));
  }

  entry(number: number): MaildropEntry | undefined {
    const entry = this.#entries[number - 1];
    return entry === undefined || this.#deleted.has(entry) ? undefined : entry;
  }

  /** `COUNT SIZE`, as STAT answers. */
  stat(): string {
    const left = this.entries();
    return `${left.length} ${left.reduce((sum, entry) => sum + entry.size, 0)}`;
  }

  delete(entry: MaildropEntry): void {
    this.#deleted.add(entry);
  }

  reset(): void {
    this.#deleted.clear();
  }

  /** The UPDATE state: what was marked goes now (RFC 1939 section 6). */
  commit(): void {
    const uids = [...this.#deleted].map((entry) => entry.message.uid);
    if (uids.length > 0) this.#folder.remove(new Set(uids));
  }
}

export function openMaildrop(folder: Folder, faults: MaildropFaults): Maildrop {
  const entries = folder.messages.map((message, index) => {
    const number = index + 1;
    const octets = pop3Octets(message.raw);
    const uidl = uidlOf(folder, message);
    return {
      number,
      uidl: faults.uidl?.(uidl, number) ?? uidl,
      size: faults.listSize?.(octets.length, number) ?? octets.length,
      octets,
      message,
    };
  });
  return new Maildrop(folder, entries);
}

/** The unique id that POP3 tells for a message: stays as long as it does. */
export function uidlOf(folder: Folder, message: StoredMessage): string {
  const hex = (value: number) => value.toString(16).padStart(8, '0');
  return hex(message.uid) + hex(folder.uidValidity);
}
