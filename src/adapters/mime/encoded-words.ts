/** Header text as people read it, and a name as a header holds it: encoded words (RFC 2047), raw octets of 8 bits. */

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

/** A display name for a header (RFC 5322 3.2.5): bare, quoted, or as encoded words on folded lines. */
export function encodedPhrase(name: string): string {
  if (/^[\w !#$%&'*+/=?^`{|}~-]*$/.test(name) && !name.includes('=?')) return name;
  if (/^[\x20-\x7e]*$/.test(name) && !name.includes('=?'))
    return `"${name.replace(/[\\"]/g, '\\$&')}"`;
  return encodedWords(name).join('\r\n ');
}

/** Section 2: no line with one is longer than 76 characters, its field's name included; no character is cut in two. */
function encodedWords(text: string): string[] {
  const pieces = [''];
  for (const character of text) {
    const longer = `${pieces.at(-1) ?? ''}${character}`;
    if (Buffer.byteLength(longer) <= 39) pieces[pieces.length - 1] = longer;
    else pieces.push(character);
  }
  return pieces.map((each) => `=?UTF-8?B?${Buffer.from(each).toString('base64')}?=`);
}
