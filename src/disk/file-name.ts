/**
 * Names of files as strings, whatever octets they are of: each octet that is no UTF-8 becomes a character of its own, so that no
 * two names are one, and each leads back to its file.
 */

import { isUtf8 } from 'node:buffer';
import { readdir } from 'node:fs/promises';

/** U+10F780 to U+10F7FF stand for the octets 0x80 to 0xFF: private use (Unicode 23.5), and valid wherever a string is kept. */
const firstStandIn = 0x10f700;
const standIns = /[\u{10F780}-\u{10F7FF}]/u;
const oddities = /[\uFFFD\u{10F780}-\u{10F7FF}]/u;

/** A name that is UTF-8 stays what it is, unless it has characters that stand for octets: each of their octets has one, then. */
export function nameOfOctets(octets: Buffer): string {
  if (isUtf8(octets)) {
    const name = octets.toString('utf8');
    if (!standIns.test(name)) return name;
  }
  let name = '';
  for (let at = 0; at < octets.length;) {
    const character = characterAt(octets, at);
    name += character ?? String.fromCodePoint(firstStandIn + (octets[at] ?? 0));
    at += character === null ? 1 : Buffer.byteLength(character);
  }
  return name;
}

function characterAt(octets: Buffer, at: number): string | null {
  for (let length = 1; length <= 4 && at + length <= octets.length; length += 1) {
    const part = octets.subarray(at, at + length);
    if (!isUtf8(part)) continue;
    const character = part.toString('utf8');
    return standIns.test(character) ? null : character;
  }
  return null;
}

/** What the system is to be asked for: octets where the string has characters that stand for some. */
export function asSystemPath(path: string): string | Buffer {
  if (!standIns.test(path)) return path;
  const parts: Buffer[] = [];
  for (const character of path) {
    const octet = (character.codePointAt(0) ?? 0) - firstStandIn;
    parts.push(standIns.test(character) ? Buffer.of(octet) : Buffer.from(character));
  }
  return Buffer.concat(parts);
}

/** As readdir(3), each name once. */
export async function readNames(path: string): Promise<string[]> {
  const directory = asSystemPath(path);
  const names = await readdir(directory);
  if (!names.some((name) => oddities.test(name))) return names;
  return (await readdir(directory, { encoding: 'buffer' })).map(nameOfOctets);
}
