/** The names of a server's folders, by what the rest of the program calls them. */

import { decodeMailboxName, encodeMailboxName } from '../../../wire/mailbox-name.ts';

/** What the server calls each folder that was listed, by the path that the rest of the program uses. */
export class MailboxNames {
  readonly #wire = new Map<string, string>();

  /** Takes in a listed name and returns its path. */
  learn(wire: string): string {
    const path = this.path(wire);
    this.#wire.set(path, wire);
    return path;
  }

  /** INBOX is the same in any case (RFC 3501, section 5.1). */
  path(wire: string): string {
    return wire.toUpperCase() === 'INBOX' ? 'INBOX' : decodeMailboxName(wire);
  }

  /** The name for the wire; encoded by the rules where it was never listed. */
  wire(path: string): string {
    return this.#wire.get(path) ?? encodeMailboxName(path);
  }
}
