/** Folder names on the wire: modified UTF-7 (RFC 3501 section 5.1.3), and the patterns of LIST. */

export function encodeName(name: string): string {
  return name.replaceAll(/&|[^\x20-\x7e]+/g, (run) => (run === '&' ? '&-' : `&${base64Of(run)}-`));
}

export function decodeName(wire: string): string {
  return wire.replaceAll(/&([^-]*)-/g, (_run, base64: string) =>
    base64 === '' ? '&' : textOfBase64(base64),
  );
}

function base64Of(text: string): string {
  const utf16 = Buffer.from(text, 'utf16le').swap16();
  return utf16.toString('base64').replaceAll('=', '').replaceAll('/', ',');
}

function textOfBase64(base64: string): string {
  const utf16 = Buffer.from(base64.replaceAll(',', '/'), 'base64');
  return utf16
    .subarray(0, utf16.length - (utf16.length % 2))
    .swap16()
    .toString('utf16le');
}

/** `*` is anything, `%` anything within one level (RFC 3501 section 6.3.8). */
export function matchesPattern(name: string, pattern: string, delimiter: string): boolean {
  const escape = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const wild = (text: string) => (text === '*' ? '.*' : `[^${escape(delimiter)}]*`);
  const source = pattern
    .split(/([*%])/)
    .map((part) => (part === '*' || part === '%' ? wild(part) : escape(part)))
    .join('');
  return new RegExp(`^${source}$`, name === 'INBOX' ? 'isu' : 'su').test(name);
}
