/** Mailbox names: modified UTF-7 on the wire (RFC 3501, section 5.1.3), or the UTF-8 that some servers send as it is. */

/** As people read it. A name that is no modified UTF-7 is returned as it stands. */
export function decodeMailboxName(wire: string): string {
  if (!wire.includes('&') || /[^\x20-\x7e]/.test(wire)) return wire;
  const decoded = wire.replaceAll(/&([^-]*)-/g, (run, base64: string) =>
    base64 === '' ? '&' : (utf16Of(base64) ?? run),
  );
  // Anything that would not come back the same is not modified UTF-7: two names must never become one.
  return encodeMailboxName(decoded) === wire ? decoded : wire;
}

export function encodeMailboxName(name: string): string {
  return name.replaceAll(/&|[^\x20-\x7e]+/g, (run) => (run === '&' ? '&-' : `&${base64Of(run)}-`));
}

function base64Of(text: string): string {
  return Buffer.from(text, 'utf16le')
    .swap16()
    .toString('base64')
    .replaceAll('=', '')
    .replaceAll('/', ',');
}

/** Undefined where it is not whole UTF-16. */
function utf16Of(base64: string): string | undefined {
  const octets = Buffer.from(base64.replaceAll(',', '/'), 'base64');
  if (octets.length === 0 || octets.length % 2 === 1) return undefined;
  const text = octets.swap16().toString('utf16le');
  return /\p{Surrogate}/u.test(text) ? undefined : text;
}

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
