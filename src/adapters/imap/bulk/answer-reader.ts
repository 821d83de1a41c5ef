/** Splits what a server sends into lines and literals (RFC 9051, section 4.3), in whatever pieces it arrives. */

/** Where the parts of an answer go, in their order. */
export interface AnswerSink {
  /**
   * A line without its end, up to and with the announcement of a literal if there is one. `cut`: it was too long, and this
   * is its last part alone. Returns how many octets of a literal follow; null where the answer is at its end.
   */
  line(text: string, cut: boolean): number | null;
  /** Octets of the literal, as a slice of what was read. */
  octets(slice: Buffer): void;
  /** True: nothing more is read, and the rest goes back. */
  readonly finished: boolean;
}

/** Text of one answer beside its literals; a set of flags of this length is no honest one. */
export const longestText = 64 * 1024;
/** A line that goes on for ever is not waited out. */
const endlessText = 8 * 1024 * 1024;
/** Longer than any announcement of a literal. */
const tailLength = 64;

const lineFeed = 0x0a;

/** The server never ends its line. */
export class EndlessLine extends Error {
  constructor() {
    super('a line of the server has no end');
  }
}

export class AnswerReader {
  readonly #sink: AnswerSink;
  #literalLeft = 0;
  #text = '';
  /** Of the whole answer. */
  #textLength = 0;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  /** Returns what lies behind the end, once the sink is finished; else nothing is left. Throws EndlessLine. */
  push(chunk: Buffer): Buffer {
    let at = 0;
    while (at < chunk.length && !this.#sink.finished)
      at = this.#literalLeft > 0 ? this.#readLiteral(chunk, at) : this.#readLine(chunk, at);
    return chunk.subarray(at);
  }

  #readLiteral(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#literalLeft);
    this.#literalLeft -= end - at;
    this.#sink.octets(at === 0 && end === chunk.length ? chunk : chunk.subarray(at, end));
    return end;
  }

  #readLine(chunk: Buffer, at: number): number {
    const lineEnd = chunk.indexOf(lineFeed, at);
    const end = lineEnd === -1 ? chunk.length : lineEnd;
    this.#append(chunk, at, end);
    if (lineEnd === -1) return end;
    const text = this.#text.endsWith('\r') ? this.#text.slice(0, -1) : this.#text;
    this.#text = '';
    const literal = this.#sink.line(text, this.#textLength > longestText);
    if (literal === null) this.#textLength = 0;
    this.#literalLeft = literal ?? 0;
    return lineEnd + 1;
  }

  #append(chunk: Buffer, at: number, end: number): void {
    this.#textLength += end - at;
    if (this.#textLength > endlessText) throw new EndlessLine();
    if (this.#textLength <= longestText) this.#text += chunk.toString('latin1', at, end);
    else
      this.#text =
        this.#text.slice(-tailLength) +
        chunk.toString('latin1', Math.max(at, end - tailLength), end);
  }
}

const announcement = /~?\{(\d+)\+?\}$/;

/** Splits an announcement of a literal from the line's end; `octets` null where there is none. */
export function splitAnnouncement(line: string): { text: string; octets: number | null } {
  if (!line.endsWith('}')) return { text: line, octets: null };
  const match = announcement.exec(line);
  if (match === null) return { text: line, octets: null };
  return { text: line.slice(0, match.index), octets: Number(match[1]) };
}
