/** The names of a server's folders, by what the rest of the program calls them. */

import { decodeMailboxName, encodeMailboxName } from '../../../wire/mailbox-name.ts';

export interface LearnedName {
  readonly path: string;
  /** The one of two names that read alike which nobody can use; null where there is none. */
  readonly leftOut: string | null;
}

/** What the server calls each folder that was listed, by the path that the rest of the program uses. */
export class MailboxNames {
  readonly #wire = new Map<string, string>();

  /**
   * Takes in a listed name and returns its path. Some servers write names that are no modified UTF-7 as they are, so that two of
   * them read alike: the one that is written by the rules has the path then, else the first.
   */
  learn(wire: string): LearnedName {
    const path = this.path(wire);
    const known = this.#wire.get(path) ?? wire;
    const isAlike = known !== wire && path !== 'INBOX';
    if (isAlike && encodeMailboxName(path) !== wire) return { path, leftOut: wire };
    this.#wire.set(path, wire);
    return { path, leftOut: isAlike ? known : null };
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
