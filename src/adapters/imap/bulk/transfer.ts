/** One bulk fetch under way: windows go out, items come in, and the socket rests while nobody takes them. */

import { asPosthornError } from '../../../errors.ts';
import type { UidSet } from '../../../core/sync/uid-set.ts';
import type { ImapConnection } from '../connection.ts';
import { AnswerReader } from './answer-reader.ts';
import type { BodyStream } from './body-stream.ts';
import type { BorrowedSocket } from './borrowed-socket.ts';
import type { BulkItem, BulkOptions, TaggedAnswer } from './bulk-item.ts';
import { MessageAssembly } from './message-assembly.ts';
import { InFlight } from './in-flight.ts';
import { AnswerSorter } from './answer-sorter.ts';
import { OpenWindows } from './open-windows.ts';
import { Patience, type PatienceOptions, type Progress } from './patience.ts';
import { ReadyItems } from './ready-items.ts';

export type TransferOptions = Required<BulkOptions> & PatienceOptions;

/** The next one is answered while one is read. */
const windowsInFlight = 2;

export class Transfer {
  readonly #connection: ImapConnection;
  readonly #borrowed: BorrowedSocket;
  readonly #options: TransferOptions;
  readonly #left: Generator<UidSet>;
  readonly #windows = new OpenWindows();
  readonly #fetch: MessageAssembly;
  readonly #reader: AnswerReader;
  readonly #inFlight: InFlight;
  readonly #patience: Patience;
  readonly #stopListening: () => void;
  readonly #ready = new ReadyItems();
  /** What was handed out and may still be read: up to where, and the stream at its end. */
  #out: { readonly position: number; readonly stream: BodyStream | undefined } | undefined;
  #refused = false;
  #lost = false;
  #over = false;
  #wake: (() => void) | undefined;

  constructor(
    connection: ImapConnection,
    borrowed: BorrowedSocket,
    uids: UidSet,
    options: TransferOptions,
  ) {
    this.#connection = connection;
    this.#borrowed = borrowed;
    this.#options = options;
    this.#left = uids.windows(options.window);
    this.#inFlight = new InFlight(borrowed.socket, options.octetsInFlight);
    this.#fetch = this.#newAssembly();
    this.#reader = new AnswerReader(this.#sorter());
    this.#patience = new Patience(
      options,
      () => this.#progress(),
      (why) => connection.drop(why),
    );
    this.#stopListening = connection.onLost(() => this.#onLost());
    this.#start();
  }

  /** The connection is imapflow's again. */
  get isOver(): boolean {
    return this.#over;
  }

  /** What has come since; null at the end. Errors as bulkFetch. */
  async next(): Promise<readonly BulkItem[] | null> {
    this.#takeBack();
    for (;;) {
      if (this.#lost && this.#connection.dropped !== undefined) throw this.#connection.lossError();
      const batch = this.#ready.take();
      if (batch !== undefined) {
        this.#out = { position: batch.position, stream: streamOf(batch.items.at(-1)) };
        return batch.items;
      }
      if (this.#over) return null;
      if (this.#lost) throw this.#connection.lossError();
      this.#inFlight.takenTo(this.#inFlight.position);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Lets go of the socket. */
  end(): void {
    this.#patience.stop();
    this.#stopListening();
    this.#borrowed.socket.off('data', this.#onData);
  }

  #newAssembly(): MessageAssembly {
    const { wholeOctets, heldOctets, withFlags } = this.#options;
    return new MessageAssembly(
      this.#windows,
      { wholeOctets, heldOctets, withFlags },
      (item) => this.#add(item),
      (octets, drained) => {
        if (drained) this.#inFlight.takenTo(this.#inFlight.position);
        else this.#inFlight.takenMore(octets);
      },
    );
  }

  #sorter(): AnswerSorter {
    return new AnswerSorter(this.#windows, this.#fetch, {
      answered: (tag, answer) => this.#onAnswer(tag, answer),
      news: (answer) => this.#passOn(answer),
      bye: (words) => this.#borrowed.hungUp(words),
      unreadable: (reason) => this.#add({ kind: 'unreadable', uid: null, reason }),
    });
  }

  #passOn(answer: Buffer): void {
    const onDrained = (): void => {
      if (!this.#over) this.#inFlight.goOn();
    };
    if (!this.#borrowed.pass(answer, onDrained)) this.#inFlight.hold();
  }

  #start(): void {
    const { socket, readAhead } = this.#borrowed;
    for (let count = 0; count < windowsInFlight; count += 1) this.#ask();
    if (readAhead.length > 0) this.#onData(readAhead);
    socket.on('data', this.#onData);
    socket.resume();
  }

  /** The next window goes out. */
  #ask(): void {
    const { done, value: uids } = this.#left.next();
    if (done === true) return;
    const { factsFirst } = this.#options;
    const facts = factItems(this.#options);
    if (factsFirst) this.#windows.openForFacts(this.#say(uids, facts));
    this.#windows.open(this.#say(uids, [...(factsFirst ? ['UID'] : facts), 'BODY.PEEK[]']), uids);
  }

  /** Returns the command's tag. */
  #say(uids: UidSet, items: readonly string[]): string {
    const tag = this.#borrowed.nextTag();
    this.#borrowed.socket.write(`${tag} UID FETCH ${uids.toString()} (${items.join(' ')})\r\n`);
    return tag;
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#inFlight.arrived(chunk.length);
    try {
      const rest = this.#reader.push(chunk);
      if (this.#windows.count === 0) this.#giveBack(rest);
    } catch (error) {
      this.#connection.drop(asPosthornError(error));
    }
    if (!this.#over) this.#inFlight.pauseIfFull(this.#isTakeable());
  };

  #giveBack(rest: Buffer): void {
    this.#over = true;
    this.end();
    this.#borrowed.socket.pause();
    this.#borrowed.giveBack(rest);
    this.#wake?.();
  }

  #isTakeable(): boolean {
    return !this.#ready.isEmpty || this.#out !== undefined;
  }

  #progress(): Progress {
    const { position, resting } = this.#inFlight;
    return { read: position, useful: this.#fetch.useful, resting };
  }

  #add(item: BulkItem): void {
    this.#ready.add(item, this.#inFlight.position);
    this.#wake?.();
  }

  #onAnswer(tag: string, answer: TaggedAnswer): void {
    const missing = this.#windows.close(tag);
    if (missing === null) return;
    this.#fetch.forget(missing);
    this.#add({ kind: 'answered', missing, answer });
    if (answer.status !== 'OK') this.#refused = true;
    if (!this.#refused) this.#ask();
  }

  #onLost(): void {
    this.#lost = true;
    const { dropped } = this.#connection;
    if (dropped === undefined) this.#fetch.stream?.fail(this.#connection.lossError());
    else for (const stream of [this.#fetch.stream, this.#out?.stream]) stream?.abort(dropped);
    this.#wake?.();
  }

  /** Whoever asks for the next batch is done with the last one. */
  #takeBack(): void {
    const out = this.#out;
    if (out === undefined) return;
    this.#out = undefined;
    out.stream?.discard();
    this.#inFlight.takenTo(out.position);
  }
}

function streamOf(item: BulkItem | undefined): BodyStream | undefined {
  if (item?.kind !== 'message' || item.body.kind === 'whole') return undefined;
  return item.body.chunks as BodyStream;
}

function factItems({ condstore, withFlags }: TransferOptions): string[] {
  const items = withFlags ? ['UID', 'FLAGS'] : ['UID'];
  items.push('INTERNALDATE', 'RFC822.SIZE');
  return condstore ? [...items, 'MODSEQ'] : items;
}
