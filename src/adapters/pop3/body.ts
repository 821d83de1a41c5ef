/** Finds the end of one message in what a server sends, and undoes the byte-stuffing (RFC 1939 section 3), wherever it is cut. */

const CR = 0x0d;
const LF = 0x0a;
const DOT = 0x2e;
const nothing = Buffer.alloc(0);

/** Sizes of LIST are often wrong, but not by that much: a body that goes on beyond has no end. */
const spare = 256 * 1024 * 1024;
const mostWithoutSize = 1024 * 1024 * 1024;

export interface BodyOptions {
  /** LIST's octets; null where the server gave none. */
  readonly size: number | null;
  /** The server ends its own lines by LF alone, so a dot counts after each LF. */
  readonly lineFeeds: boolean;
}

/**
 * open: more is to come. ended: whole, and `rest` begins with the next answer. out-of-step: behind what was its end comes what
 * is no answer, so nobody knows where it ends. endless: far beyond its size.
 */
export type BodyState = 'open' | 'ended' | 'out-of-step' | 'endless';

/** What a dot at the beginning of a line is. `after`: index behind the line that it stands in alone. */
type Verdict =
  | { readonly kind: 'text' | 'stuffing' | 'undecided' | 'out-of-step' }
  | { readonly kind: 'end'; readonly after: number };

const text: Verdict = { kind: 'text' };
const undecided: Verdict = { kind: 'undecided' };

/**
 * A lone dot ends the message only where an answer follows: then it was the final dot. Where none follows, the server does not
 * double the dots that lines begin with, and only LIST's size can tell how far the message goes. A line ends with CRLF alone, so a
 * dot after a bare LF is text – unless the size says that the message is over just there. The CRLF before the final dot belongs to
 * the message, so a last line without an end comes out with one; the protocol cannot say otherwise.
 */
export class Body {
  readonly #size: number | null;
  readonly #lineFeeds: boolean;
  readonly #most: number;
  #state: BodyState = 'open';
  /** What can't be told yet without the octets behind it: a dot, the end of its line, the beginning of an answer. */
  #undecided: Buffer = nothing;
  /** The last two octets before what comes next. A message begins where a line does. */
  #last = [CR, LF] as [number | undefined, number | undefined];
  /** Octets until here as they came, and dots of them that were none of the text. */
  #raw = 0;
  #dropped = 0;
  /** Dots are not doubled: the size alone tells the end. */
  #undoubled = false;
  #pieces: Buffer[] = [];
  #rest: Buffer = nothing;
  #awaitsAnswer = false;
  #hasLooseEnd = false;

  constructor({ size, lineFeeds }: BodyOptions) {
    this.#size = size;
    this.#lineFeeds = lineFeeds;
    this.#most = size === null ? mostWithoutSize : 4 * size + spare;
  }

  get state(): BodyState {
    return this.#state;
  }

  /** Octets of the text until now. */
  get octets(): number {
    return this.#raw - this.#dropped;
  }

  /** All octets seem to be here: what is missing is the answer behind them. */
  get awaitsAnswer(): boolean {
    return this.#awaitsAnswer;
  }

  /** It may have been over already: where nothing more comes, it was. */
  get isDoubtful(): boolean {
    return this.#hasLooseEnd || this.#undoubled;
  }

  /** A lone dot stood between line ends of which one is LF alone. */
  get hasLooseEnd(): boolean {
    return this.#hasLooseEnd;
  }

  /** Nothing more comes, though the end was not met. */
  giveUp(): void {
    this.#state = 'out-of-step';
  }

  /** What came after the message. */
  get rest(): Buffer {
    return this.#rest;
  }

  /** The text that came since the last call, as parts of the chunks that went in. */
  take(): Buffer[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }

  /** Not to be called once the state is another than `open`. Writes into the chunk, which is its own from now on. */
  push(chunk: Buffer): void {
    const octets = this.#undecided.length === 0 ? chunk : Buffer.concat([this.#undecided, chunk]);
    this.#undecided = nothing;
    this.#awaitsAnswer = false;
    this.#read(octets);
    if (this.#state === 'open') this.#checkLength();
  }

  #read(octets: Buffer): void {
    let kept = 0;
    let from = 0;
    let at = this.#nextDot(octets, 0);
    for (; at < octets.length; at = this.#nextDot(octets, at + 1)) {
      const verdict = this.#judge(octets, at);
      if (verdict.kind === 'text') continue;
      if (verdict.kind !== 'stuffing') {
        this.#stop(octets, at, verdict);
        break;
      }
      kept = moved(octets, kept, from, at);
      from = at + 1;
      this.#dropped += 1;
    }
    // Before the last move, which may write over them.
    this.#last = [this.#before(octets, at - 1), this.#before(octets, at)];
    this.#raw += at;
    kept = moved(octets, kept, from, at);
    if (kept > 0) this.#pieces.push(octets.subarray(0, kept));
  }

  #stop(
    octets: Buffer,
    at: number,
    verdict: Exclude<Verdict, { kind: 'text' | 'stuffing' }>,
  ): void {
    if (verdict.kind === 'end') {
      this.#state = 'ended';
      this.#rest = octets.subarray(verdict.after);
    } else if (verdict.kind === 'undecided') this.#undecided = octets.subarray(at);
    else this.#state = 'out-of-step';
  }

  /** Index of the next dot that begins a line, at `from` or behind it; the length where there is none. */
  #nextDot(octets: Buffer, from: number): number {
    if (from === 0 && octets[0] === DOT && this.#last[1] === LF) return 0;
    const found = octets.indexOf('\n.', Math.max(0, from - 1), 'latin1');
    return found < 0 ? octets.length : found + 1;
  }

  #judge(octets: Buffer, at: number): Verdict {
    if (at + 1 === octets.length) return undecided;
    const strict = this.#lineFeeds || this.#before(octets, at - 1) === CR;
    const ending = lineEnd(octets, at + 1);
    if (ending === 'unknown') return undecided;
    if (ending === 0) return strict && !this.#undoubled ? { kind: 'stuffing' } : text;
    const bySizeAlone = !strict || (!this.#lineFeeds && ending === 1);
    return this.#judgeLoneDot(octets, at, at + 1 + ending, bySizeAlone);
  }

  #judgeLoneDot(octets: Buffer, at: number, after: number, bySizeAlone: boolean): Verdict {
    const fits = this.#raw + at - this.#dropped === this.#size;
    if ((bySizeAlone || this.#undoubled) && !fits) {
      this.#hasLooseEnd ||= bySizeAlone;
      return text;
    }
    switch (beginsAnswer(octets, after)) {
      case 'unknown':
        this.#awaitsAnswer = true;
        return undecided;
      case 'yes':
        return { kind: 'end', after };
      case 'no':
        if (bySizeAlone) return text;
        return this.#goesOn(this.#raw + after) ? text : { kind: 'out-of-step' };
    }
  }

  /** No answer follows a lone dot: whether it is text, by its size. With a dot dropped before, what came is not known any more. */
  #goesOn(raw: number): boolean {
    if (this.#size === null || this.#dropped > 0 || raw > this.#size) return false;
    this.#undoubled = true;
    return true;
  }

  #checkLength(): void {
    if (this.#undoubled && this.#raw > (this.#size ?? 0)) this.#state = 'out-of-step';
    else if (this.#raw > this.#most) this.#state = 'endless';
  }

  /** The octet in front of an index, which may have come in an earlier chunk. */
  #before(octets: Buffer, index: number): number | undefined {
    return index > 0 ? octets[index - 1] : this.#last[index + 1];
  }
}

/** Moves octets[from, to) down to `kept`, and says where they end there. */
function moved(octets: Buffer, kept: number, from: number, to: number): number {
  if (kept !== from) octets.copyWithin(kept, from, to);
  return kept + to - from;
}

/** Octets of the line end at an index; 0 where the line goes on. */
function lineEnd(octets: Buffer, at: number): 0 | 1 | 2 | 'unknown' {
  if (octets[at] === LF) return 1;
  if (octets[at] !== CR) return 0;
  if (at + 1 === octets.length) return 'unknown';
  return octets[at + 1] === LF ? 2 : 0;
}

const answers = ['+ok', '-err'];

function beginsAnswer(octets: Buffer, at: number): 'yes' | 'no' | 'unknown' {
  const begins = octets.toString('latin1', at, at + 5).toLowerCase();
  for (const answer of answers) {
    if (answer.startsWith(begins)) return 'unknown';
    if (begins.startsWith(answer) && begins.length > answer.length)
      return /[\s]/.test(begins.charAt(answer.length)) ? 'yes' : 'no';
  }
  return 'no';
}
