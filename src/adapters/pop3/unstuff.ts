/** Undoes the byte-stuffing of a multi-line response (RFC 1939 section 3) on a stream, wherever it is cut. */

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;
const heldCr = Buffer.of(CR);

/**
 * What the last octet was. `text`: within a line. `cr`: a CR of the text. `line`: a line begins here. `dot`: the dot that
 * began the line, which is never part of the text. `dot-cr`: that dot and a CR, held back: a LF now ends the message.
 */
type State = 'text' | 'cr' | 'line' | 'dot' | 'dot-cr';

/**
 * A line ends with CRLF alone: a dot after a bare LF is text. The CRLF before the final dot belongs to the message, so a
 * message whose last line had no end comes out with one; the protocol cannot say otherwise.
 */
export class DotUnstuffer {
  #state: State = 'line';
  #rest: Buffer | null = null;

  /** What came after the final dot, once that has been seen. */
  get rest(): Buffer | null {
    return this.#rest;
  }

  /** The text within the chunk, as parts of it. Not to be called once `rest` is there. */
  push(chunk: Buffer): Buffer[] {
    const out: Buffer[] = [];
    let at = 0;
    let from = 0;
    const emit = (to: number) => {
      if (to > from) out.push(chunk.subarray(from, to));
    };
    while (at < chunk.length) {
      const octet = chunk[at];
      switch (this.#state) {
        case 'text': {
          const end = chunk.indexOf('\r\n.', at, 'latin1');
          if (end < 0) {
            this.#state = stateAfter(chunk, at);
            at = chunk.length;
            break;
          }
          emit(end + 2);
          at = from = end + 3;
          this.#state = 'dot';
          break;
        }
        case 'cr':
          this.#state = octet === LF ? 'line' : 'text';
          if (octet === LF) at += 1;
          break;
        case 'line':
          if (octet === DOT) {
            emit(at);
            at += 1;
            from = at;
          }
          this.#state = octet === DOT ? 'dot' : 'text';
          break;
        case 'dot':
          if (octet === CR) at = from = at + 1;
          this.#state = octet === CR ? 'dot-cr' : 'text';
          break;
        case 'dot-cr':
          if (octet === LF) {
            this.#rest = chunk.subarray(at + 1);
            return out;
          }
          out.push(heldCr);
          this.#state = 'text';
          break;
      }
    }
    emit(at);
    return out;
  }
}

/** The state after a chunk without a line that begins with a dot; octets before `start` are settled already. */
function stateAfter(chunk: Buffer, start: number): State {
  const last = chunk.length - 1;
  if (chunk[last] === CR) return 'cr';
  return last > start && chunk[last] === LF && chunk[last - 1] === CR ? 'line' : 'text';
}
