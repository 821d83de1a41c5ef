/** Puts messages together from untagged FETCH answers: which octets are whose, held or streamed. */

import { RefusedError } from '../../../errors.ts';
import { BodyStream, type OnTaken } from './body-stream.ts';
import type { BulkItem } from './bulk-item.ts';
import { FetchLine } from './fetch-line.ts';
import { FlagLists } from './flag-list.ts';
import { KeptOctets } from './kept-octets.ts';
import { factsOf, merged, type PartialFacts } from './known-facts.ts';
import type { OpenWindows } from './open-windows.ts';

export interface AssemblyLimits {
  /** Literals above this are streams. */
  readonly wholeOctets: number;
  /** Literals above this can't be held until what the server tells behind them is known. */
  readonly heldOctets: number;
  readonly withFlags: boolean;
}

/** Octets of all literals of a line that are values of its items, but for its body. */
const longestValues = 64 * 1024;

/** A message whose octets are here, while more may be told of it. */
interface Held {
  readonly uid: number;
  readonly octets: readonly Buffer[];
}

export class MessageAssembly {
  readonly #windows: OpenWindows;
  readonly #limits: AssemblyLimits;
  readonly #emit: (item: BulkItem) => void;
  readonly #onTaken: OnTaken;
  readonly #lists = new FlagLists();
  readonly #kept = new KeptOctets();
  readonly #told = new Map<number, PartialFacts>();
  #held: Held | undefined;
  #line = new FetchLine(this.#lists);
  #into: 'whole' | 'stream' | 'text' | 'nothing' | 'no literal' = 'no literal';
  #whole: Buffer[] | undefined;
  #text: Buffer[] = [];
  #valuesLength = 0;
  #stream: BodyStream | undefined;
  #streamUid = 0;
  /** Octets of messages so far: what the server is there for. */
  useful = 0;

  constructor(
    windows: OpenWindows,
    limits: AssemblyLimits,
    emit: (item: BulkItem) => void,
    onTaken: OnTaken,
  ) {
    this.#windows = windows;
    this.#limits = limits;
    this.#emit = emit;
    this.#onTaken = onTaken;
  }

  /** The message that is being handed on while it arrives. */
  get stream(): BodyStream | undefined {
    return this.#stream;
  }

  begin(): void {
    this.#line = new FetchLine(this.#lists);
    this.#whole = undefined;
    this.#stream = undefined;
    this.#into = 'no literal';
    this.#valuesLength = 0;
  }

  read(text: string): void {
    this.#finishLiteral();
    this.#line.read(text);
  }

  literal(length: number): void {
    const use = this.#line.literalUse();
    if (use === 'body') this.#into = this.#bodyInto(length);
    else this.#into = use === 'text' && this.#fits(length) ? 'text' : 'nothing';
    if (this.#into === 'whole') this.#whole = [];
    if (this.#into === 'stream') this.#startStream();
    this.#text = [];
  }

  octets(slice: Buffer): void {
    switch (this.#into) {
      case 'whole':
        this.useful += slice.length;
        this.#kept.add((this.#whole ??= []), slice);
        return;
      case 'stream':
        this.useful += slice.length;
        this.#stream?.push(slice);
        return;
      case 'text':
        this.#kept.add(this.#text, slice);
        return;
      case 'nothing':
      case 'no literal':
    }
  }

  /** Whatever the line says yet, it is not believed. */
  spoil(reason: string): void {
    this.#line.fault = reason;
  }

  /** The line is at its end. Returns whether it could be read. */
  end(): boolean {
    this.#line.end();
    const reason = this.#line.fault;
    if (this.#stream !== undefined) this.#endStream(this.#stream, reason);
    else if (reason !== undefined) this.#unreadable(this.#line.uid, reason);
    else this.#settle();
    this.#stream = undefined;
    this.#whole = undefined;
    return reason === undefined;
  }

  /** Nothing more is told of what was given so far. */
  release(): void {
    if (this.#held !== undefined) this.#give(this.#held, this.#told.get(this.#held.uid) ?? {});
  }

  /** Nothing more comes of these. */
  forget(uids: Iterable<number>): void {
    if (this.#told.size > 0) for (const uid of uids) this.#told.delete(uid);
  }

  #fits(length: number): boolean {
    this.#valuesLength += length;
    if (this.#valuesLength > longestValues) this.spoil('its line is too long');
    return this.#valuesLength <= longestValues;
  }

  #bodyInto(length: number): 'whole' | 'stream' | 'nothing' {
    const { uid } = this.#line;
    if (uid !== undefined && !this.#windows.wants(uid)) return 'nothing';
    if (length <= this.#limits.wholeOctets) return 'whole';
    if (uid !== undefined && this.#isComplete(this.#toldOf(uid))) return 'stream';
    if (length <= this.#limits.heldOctets) return 'whole';
    if (this.#windows.soleUid !== undefined) return 'stream';
    this.#line.fault ??= 'it is too large for what is told of it behind its octets';
    return 'nothing';
  }

  #startStream(): void {
    const uid = this.#line.uid ?? this.#windows.soleUid;
    if (uid === undefined) return;
    this.release();
    const stream = new BodyStream(this.#kept, this.#onTaken);
    this.#stream = stream;
    this.#streamUid = uid;
    const facts = factsOf(uid, this.#toldOf(uid));
    this.#windows.given(uid);
    this.#told.delete(uid);
    this.#emit({ kind: 'message', facts, body: { kind: 'stream', chunks: stream } });
  }

  #endStream(stream: BodyStream, reason: string | undefined): void {
    const { uid = this.#streamUid } = this.#line;
    if (reason !== undefined) stream.fail(unreadable(reason));
    else if (uid !== this.#streamUid) stream.fail(unreadable('it gives another one in its place'));
    else stream.finish();
  }

  #finishLiteral(): void {
    const into = this.#into;
    if (into === 'no literal') return;
    this.#into = 'no literal';
    this.#line.literalDone(into === 'text' ? Buffer.concat(this.#text).toString('latin1') : null);
  }

  #unreadable(uid: number | undefined, reason: string): void {
    if (uid !== undefined && !this.#windows.wants(uid)) return;
    this.#emit({ kind: 'unreadable', uid: uid ?? null, reason });
  }

  #settle(): void {
    const hasBody = this.#whole !== undefined || this.#line.inLine !== undefined;
    const uid = this.#line.uid ?? (hasBody ? this.#windows.soleUid : undefined);
    if (uid === undefined) {
      if (hasBody) this.#unreadable(undefined, 'it does not say which message it is');
      return;
    }
    if (!this.#windows.wants(uid)) return;
    const told = this.#toldOf(uid);
    if (hasBody && this.#held?.uid !== uid) this.#take(uid, told);
    else if (this.#held?.uid === uid && this.#isComplete(told)) this.#give(this.#held, told);
    else this.#told.set(uid, merged({}, told));
  }

  /** A message whose octets are here: it waits where more is to be told of it. */
  #take(uid: number, told: PartialFacts): void {
    this.release();
    const octets = this.#whole ?? [this.#line.inLine ?? Buffer.alloc(0)];
    const held = { uid, octets };
    if (told.size !== 0 && octets.every(({ length }) => length === 0))
      this.#unreadable(uid, 'it answers with nothing');
    else if (this.#isComplete(told)) this.#give(held, told);
    else {
      this.#told.set(uid, merged({}, told));
      this.#held = held;
    }
  }

  #give({ uid, octets }: Held, told: PartialFacts): void {
    this.#held = undefined;
    this.#windows.given(uid);
    this.#told.delete(uid);
    this.#emit({ kind: 'message', facts: factsOf(uid, told), body: { kind: 'whole', octets } });
  }

  /** With what this line says. */
  #toldOf(uid: number): PartialFacts {
    return merged(this.#told.get(uid), this.#line);
  }

  #isComplete({ flags, internalDate }: PartialFacts): boolean {
    return (flags !== undefined || !this.#limits.withFlags) && internalDate !== undefined;
  }
}

function unreadable(reason: string): RefusedError {
  return new RefusedError(`the server does not give the message: ${reason}`, {
    reach: 'message',
    retry: 'later',
    layer: 'session',
    remedy: 'Look at the message in webmail; it may be damaged on the server.',
  });
}
