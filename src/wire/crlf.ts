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
  let at = octets.indexOf(crlf);
  if (at < 0) return octets;
  const out = Buffer.allocUnsafe(octets.length);
  let length = 0;
  let from = 0;
  for (; at >= 0; at = octets.indexOf(crlf, at + 2)) {
    length += octets.copy(out, length, from, at);
    from = at + 1;
  }
  length += octets.copy(out, length, from);
  return out.subarray(0, length);
}

/** Puts CR before each LF that has none; a CR alone stays alone. The same buffer comes back where nothing is missing. */
export function toCrlf(octets: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = octets.indexOf(LF); at >= 0; at = octets.indexOf(LF, at + 1)) {
    if (at > 0 && octets[at - 1] === CR) continue;
    parts.push(octets.subarray(from, at), crlf);
    from = at + 1;
  }
  return parts.length === 0 ? octets : Buffer.concat([...parts, octets.subarray(from)]);
}
