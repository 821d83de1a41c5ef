/** Line ends between the wire (CRLF, RFC 5322 2.3) and the disk (LF). Bare CR and bare LF stay what they are. */

const CR = 0x0d;
const LF = 0x0a;
const crlf = Buffer.from('\r\n');
const nothing = Buffer.alloc(0);

/**
 * Turns CRLF into LF over a stream of chunks, wherever they are cut. Each piece that comes out is a part of the chunk
 * that went in, not a copy, unless a chunk has many lines: then one copy of it.
 */
export class CrlfToLf {
  /** A CR that ended the last chunk: its LF may be the first octet of the next. */
  #held = false;

  push(chunk: Buffer): Buffer {
    if (chunk.length === 0) return chunk;
    const cut = this.#held && chunk[0] !== LF;
    this.#held = chunk[chunk.length - 1] === CR;
    const body = withoutCr(this.#held ? chunk.subarray(0, -1) : chunk);
    return cut ? Buffer.concat([Buffer.of(CR), body]) : body;
  }

  /** What is left at the end of the stream: a CR that nothing followed. */
  end(): Buffer {
    const rest = this.#held ? Buffer.of(CR) : nothing;
    this.#held = false;
    return rest;
  }
}

/** The whole of it at once. */
export function toLf(octets: Buffer): Buffer {
  return withoutCr(octets);
}

function withoutCr(octets: Buffer): Buffer {
  if (!octets.includes(crlf)) return octets;
  const copy = Buffer.from(octets);
  return copy.subarray(0, toLfInPlace(copy));
}

/**
 * Turns CRLF into LF within the buffer itself, which costs no more than reading it does: what remains of each line is moved up.
 * Returns how many of its octets count from then on.
 */
export function toLfInPlace(octets: Buffer): number {
  let length = octets.indexOf(CR);
  if (length === -1) return octets.length;
  for (let at = length; at < octets.length;) {
    const next = octets.indexOf(CR, at + 1);
    const from = octets[at + 1] === LF ? at + 1 : at;
    const to = next === -1 ? octets.length : next;
    octets.copyWithin(length, from, to);
    length += to - from;
    at = to;
  }
  return length;
}

/** Octets that are made a string at once: far below the longest string there can be. */
const pieceSize = 1024 * 1024;

/** Puts CR before each LF that has none; a CR alone stays alone. The same buffer comes back where nothing is missing. */
export function toCrlf(octets: Buffer): Buffer {
  const lineEnds = new LfToCrlf();
  if (octets.length <= pieceSize) return lineEnds.push(octets);
  const pieces: Buffer[] = [];
  for (let at = 0; at < octets.length; at += pieceSize)
    pieces.push(lineEnds.push(octets.subarray(at, at + pieceSize)));
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return length === octets.length ? octets : Buffer.concat(pieces, length);
}

/** The same over a stream of chunks, wherever they are cut; a chunk to which nothing is added comes out as it is. */
export class LfToCrlf {
  #isAfterCr = false;

  push(chunk: Buffer): Buffer {
    if (chunk.length === 0) return chunk;
    const isWhole = this.#isAfterCr && chunk[0] === LF;
    this.#isAfterCr = chunk[chunk.length - 1] === CR;
    return isWhole ? withCr(chunk, 1) : withCr(chunk, 0);
  }
}

const bareLineFeed = /(?<!\r)\n/g;

/** By way of a string, of which the engine replaces parts several times faster than a loop could. Octets before `from` stay. */
function withCr(octets: Buffer, from: number): Buffer {
  const text = octets.toString('latin1', from);
  const wire = octets.includes(CR)
    ? text.replace(bareLineFeed, '\r\n')
    : text.replaceAll('\n', '\r\n');
  if (wire.length === text.length) return octets;
  const end = Buffer.from(wire, 'latin1');
  return from === 0 ? end : Buffer.concat([octets.subarray(0, from), end]);
}
