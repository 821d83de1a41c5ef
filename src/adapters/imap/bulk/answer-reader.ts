/** Splits what a server sends into lines and literals (RFC 9051, section 4.3), in whatever pieces it arrives. */

import { TemporaryError } from '../../../errors.ts';

/** Where the parts of an answer go, in their order. */
export interface AnswerSink {
  /**
   * A line without its end, the announcement of a literal included. `cut`: the answer is too long, and the middle of its text
   * is left out. Returns how many octets of a literal follow; null where the answer is at its end.
   */
  line(text: string, cut: boolean): number | null;
  /** Octets of the literal, as a slice of what was read. */
  octets(slice: Buffer): void;
  /** True: nothing more is read, and the rest goes back. */
  readonly finished: boolean;
}

/** Text of one answer beside its literals; an honest set of flags is far shorter. */
export const longestText = 64 * 1024;
/** A line that goes on for ever is not waited out. */
export const endlessText = 8 * 1024 * 1024;
/** Longer than any announcement of a literal. */
const tailLength = 64;

const lineFeed = 0x0a;

export class AnswerReader {
  readonly #sink: AnswerSink;
  #literalLeft = 0;
  /** The line so far: its beginning, and where that is all that may be kept, its end. */
  #head = '';
  #tail = '';
  /** Of the whole answer. */
  #textLength = 0;

  constructor(sink: AnswerSink) {
    this.#sink = sink;
  }

  /** Returns what lies behind the end, once the sink is finished. Throws TemporaryError for a line without end. */
  push(chunk: Buffer): Buffer {
    let at = 0;
    while (at < chunk.length && !this.#sink.finished)
      at = this.#literalLeft > 0 ? this.#readLiteral(chunk, at) : this.#readLine(chunk, at);
    return chunk.subarray(at);
  }

  #readLiteral(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#literalLeft);
    this.#literalLeft -= end - at;
    this.#sink.octets(chunk.subarray(at, end));
    return end;
  }

  #readLine(chunk: Buffer, at: number): number {
    const lineEnd = chunk.indexOf(lineFeed, at);
    const end = lineEnd === -1 ? chunk.length : lineEnd;
    this.#append(chunk, at, end);
    if (lineEnd === -1) return end;
    const line = this.#head + this.#tail;
    this.#head = '';
    this.#tail = '';
    const text = line.endsWith('\r') ? line.slice(0, -1) : line;
    const literal = this.#sink.line(text, this.#textLength > longestText);
    if (literal === null) this.#textLength = 0;
    this.#literalLeft = literal ?? 0;
    return lineEnd + 1;
  }

  #append(chunk: Buffer, at: number, end: number): void {
    const room = longestText - this.#textLength;
    this.#textLength += end - at;
    if (end - at <= room) this.#head += chunk.toString('latin1', at, end);
    else this.#appendCut(chunk, at, end, Math.max(0, room));
  }

  #appendCut(chunk: Buffer, at: number, end: number, room: number): void {
    if (this.#textLength > endlessText) throw endless();
    this.#head += chunk.toString('latin1', at, at + room);
    const tail = chunk.toString('latin1', Math.max(at + room, end - tailLength), end);
    this.#tail = (this.#tail + tail).slice(-tailLength);
  }
}

function endless(): TemporaryError {
  return new TemporaryError('the server sends a line that has no end', {
    layer: 'session',
    remedy: 'It is tried again at the next sync.',
  });
}

const announcement = /~?\{(\d+)\+?\}$/;

/** Splits an announcement of a literal from the line's end; `octets` null where there is none. */
export function splitAnnouncement(line: string): { text: string; octets: number | null } {
  if (!line.endsWith('}')) return { text: line, octets: null };
  const match = announcement.exec(line);
  if (match === null) return { text: line, octets: null };
  return { text: line.slice(0, match.index), octets: Number(match[1]) };
}
