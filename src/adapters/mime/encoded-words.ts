/** Header text as people read it: encoded words (RFC 2047) and raw octets of 8 bits. */

import { printable } from '../../wire/printable.ts';

const word = /=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bq])\?([^?\s]*)\?=/i;
const run = new RegExp(`${word.source}(?:\\s*${word.source})*`, 'gi');

/** Octets of a header as text: UTF-8 where they are that, else Latin-1, in which every octet is a character. */
export function headerText(octets: Buffer): string {
  const text = octets.toString('utf8');
  return text.includes('\ufffd') ? octets.toString('latin1') : text;
}

/** Decoded, on one line, fit to be shown. What can't be decoded stays as it is. */
export function readable(text: string, limit = 500): string {
  const decoded = text.replace(run, (words) => decodeRun(words));
  return printable(decoded.replace(/[\s]+/g, ' ').trim(), limit);
}

interface Piece {
  readonly charset: string;
  octets: Buffer;
}

/** Space between encoded words is none (section 6.2); servers and programs cut characters between them, against section 5. */
function decodeRun(words: string): string {
  const pieces: Piece[] = [];
  for (const [, charset = '', encoding = '', text = ''] of words.matchAll(new RegExp(word, 'gi'))) {
    const octets = encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : fromQ(text);
    const last = pieces.at(-1);
    if (last?.charset === charset.toLowerCase()) last.octets = Buffer.concat([last.octets, octets]);
    else pieces.push({ charset: charset.toLowerCase(), octets });
  }
  try {
    return pieces.map(({ charset, octets }) => new TextDecoder(charset).decode(octets)).join('');
  } catch {
    // A character set that nobody here knows.
    return words;
  }
}

/** Section 4.2. */
function fromQ(text: string): Buffer {
  const latin1 = text
    .replaceAll('_', ' ')
    .replace(/=([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(latin1, 'latin1');
}
