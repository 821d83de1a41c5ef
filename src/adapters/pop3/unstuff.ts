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
    while (at < chunk.length) {
      if (this.#state === 'text') {
        const dot = chunk.indexOf('\r\n.', at, 'latin1');
        if (dot < 0) {
          this.#state = stateAfter(chunk, at);
          break;
        }
        this.#state = 'line';
        at = dot + 2;
      }
      const step = next(this.#state, chunk[at]);
      if (step.octet === 'drop') {
        if (at > from) out.push(chunk.subarray(from, at));
        from = at + 1;
      }
      if (step.state === 'end') {
        this.#rest = chunk.subarray(from);
        return out;
      }
      // The CR after the dot began a text after all.
      if (this.#state === 'dot-cr') out.push(heldCr);
      this.#state = step.state;
      if (step.octet !== 'again') at += 1;
    }
    if (chunk.length > from) out.push(chunk.subarray(from));
    return out;
  }
}

/** What becomes of an octet: part of the text, none of it, or to be looked at again in the new state. */
interface Step {
  readonly state: State | 'end';
  readonly octet: 'keep' | 'drop' | 'again';
}

const within: Step = { state: 'text', octet: 'again' };

function next(state: Exclude<State, 'text'>, octet: number | undefined): Step {
  switch (state) {
    case 'cr':
      return octet === LF ? { state: 'line', octet: 'keep' } : within;
    case 'line':
      return octet === DOT ? { state: 'dot', octet: 'drop' } : within;
    case 'dot':
      return octet === CR ? { state: 'dot-cr', octet: 'drop' } : within;
    case 'dot-cr':
      return octet === LF ? { state: 'end', octet: 'drop' } : within;
  }
}

/** The state after a chunk without a line that begins with a dot; octets before `start` are settled already. */
function stateAfter(chunk: Buffer, start: number): State {
  const last = chunk.length - 1;
  if (chunk[last] === CR) return 'cr';
  return last > start && chunk[last] === LF && chunk[last - 1] === CR ? 'line' : 'text';
}
