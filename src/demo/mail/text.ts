/** Puts the demo's messages together: header fields, encodings of RFC 2045 and 2047, multiparts, CRLF everywhere. */

/** Header fields in their order; values are ASCII already. */
export type Fields = Record<string, string>;

/** Text of the sources, with LF, as it goes over the wire. */
export function crlf(text: string, charset: 'utf8' | 'latin1' = 'utf8'): Buffer {
  return Buffer.from(text.replaceAll('\n', '\r\n'), charset);
}

export function compose(fields: Fields, body: string | Buffer): Buffer {
  const header = Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
  return Buffer.concat([crlf(`${header}\n`), typeof body === 'string' ? crlf(body) : body]);
}

/** RFC 2047, in base64; short texts alone, an encoded word ends at 75 characters. */
export function word(text: string): string {
  return `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`;
}

/** RFC 2047, in Q, out of ISO-8859-1. */
export function latinWord(text: string): string {
  const octets = [...Buffer.from(text, 'latin1')].map((octet) =>
    /[A-Za-z0-9]/.test(String.fromCharCode(octet)) ? String.fromCharCode(octet) : hex(octet),
  );
  return `=?ISO-8859-1?Q?${octets.join('')}?=`;
}

/** RFC 2045 section 6.7, with soft line breaks before column 76. */
export function quotedPrintable(text: string): string {
  return text
    .split('\n')
    .map((line) => softBreaks([...Buffer.from(line)].map(quotedOctet)))
    .join('\n');
}

function quotedOctet(octet: number): string {
  const literal = octet === 0x20 || (octet > 0x20 && octet < 0x7f && octet !== 0x3d);
  return literal ? String.fromCharCode(octet) : hex(octet);
}

function softBreaks(units: readonly string[]): string {
  let column = 0;
  return units
    .map((unit) => {
      const breaks = column + unit.length > 72;
      column = breaks ? unit.length : column + unit.length;
      return breaks ? `=\n${unit}` : unit;
    })
    .join('');
}

function hex(octet: number): string {
  return `=${octet.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** Base64 in lines of 76. */
export function base64(octets: Buffer | string): string {
  return Buffer.from(octets)
    .toString('base64')
    .replaceAll(/.{76}(?=.)/g, '$&\n');
}

/** The body of a multipart; each part is its fields and its encoded content. */
export function multipart(boundary: string, parts: readonly (readonly [Fields, string])[]): string {
  const sections = parts.map(([fields, content]) => {
    const header = Object.entries(fields).map(([name, value]) => `${name}: ${value}\n`);
    return `--${boundary}\n${header.join('')}\n${content}\n`;
  });
  return `${sections.join('')}--${boundary}--\n`;
}
