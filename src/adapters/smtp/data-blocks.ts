/** A message as DATA carries it: in blocks, with dots doubled at the start of lines (RFC 5321 4.5.2), without its end. */

const DOT = 0x2e;
const LF = 0x0a;
const CR = 0x0d;
const dot = Buffer.from('.');

/** Small enough that a slow line takes one within the minutes of RFC 5321 4.5.3.2.5: 16 KiB in 3 minutes are 91 octets a second. */
export const blockOctets = 16 * 1024;

/** Takes octets with CRLF. */
export function* dataBlocks(octets: Buffer): Generator<Buffer> {
  for (let from = 0; from < octets.length; from += blockOctets)
    yield dotted(octets, from, Math.min(from + blockOctets, octets.length));
}

/** What follows the last block: the end of its line where it has none, and the dot. */
export function endOfData(octets: Buffer): Buffer {
  const isLineEnd = octets.length === 0 || (octets.at(-1) === LF && octets.at(-2) === CR);
  return Buffer.from(isLineEnd ? '.\r\n' : '\r\n.\r\n');
}

function dotted(octets: Buffer, from: number, to: number): Buffer {
  const block = octets.subarray(from, to);
  const pieces: Buffer[] = [];
  let begin = 0;
  for (let at = block.indexOf(DOT); at >= 0; at = block.indexOf(DOT, at + 1)) {
    if (!isLineStart(octets, from + at)) continue;
    pieces.push(block.subarray(begin, at), dot);
    begin = at;
  }
  return pieces.length === 0 ? block : Buffer.concat([...pieces, block.subarray(begin)]);
}

function isLineStart(octets: Buffer, at: number): boolean {
  return at === 0 || (octets[at - 1] === LF && octets[at - 2] === CR);
}
