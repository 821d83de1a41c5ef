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
