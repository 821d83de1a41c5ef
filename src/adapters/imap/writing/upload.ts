/** Messages to the server by APPEND, several on the wire at once. */

import type { Upload, Uploaded } from '../../../ports/receiving/mailbox-source.ts';
import type { StatusLine } from '../answers/status-line.ts';
import type { ImapConnection } from '../connection.ts';
import { AppendVerdicts, overLimit, type Answered } from './append-answer.ts';
import { CutShort, sendAppend } from './append-command.ts';
import { takeOctets } from './message-octets.ts';

/** What is on the wire when a connection breaks has to be looked for afterwards. */
const mostOnWire = 32;
const mostOctetsOnWire = 2 * 1024 * 1024;
/** A line that is slower brings nothing through before it breaks. */
const slowestOctetsPerMs = 2;

/**
 * As MailboxSession.upload. MULTIAPPEND (RFC 3502) would be all or nothing, and saves no time where literals are not asked for.
 */
export async function* upload(
  connection: ImapConnection,
  wire: string,
  uploads: readonly Upload[],
): AsyncGenerator<Uploaded> {
  const onWire = new OnWire(connection);
  const verdicts = new AppendVerdicts(wire);
  for (const each of uploads) {
    while (onWire.isFull) yield* verdicts.of(await onWire.next());
    try {
      onWire.add(await begin(connection, wire, each), each.size);
    } catch (error) {
      yield* untilBroken(connection, onWire, verdicts, error);
    }
    while (onWire.isAnswered) yield* verdicts.of(await onWire.next());
  }
  while (!onWire.isEmpty) yield* verdicts.of(await onWire.next());
  verdicts.end();
}

/** What was sent before is answered still; then the connection is given up where a literal is not whole. */
async function* untilBroken(
  connection: ImapConnection,
  onWire: OnWire,
  verdicts: AppendVerdicts,
  error: unknown,
): AsyncGenerator<Uploaded, never> {
  const why = error instanceof CutShort ? error.why : error;
  try {
    while (!onWire.isEmpty) yield* verdicts.of(await onWire.next());
  } finally {
    if (error instanceof CutShort) connection.drop(error.why);
  }
  throw why;
}

async function begin(
  connection: ImapConnection,
  wire: string,
  upload: Upload,
): Promise<{ readonly answer: Promise<StatusLine> } | Answered> {
  const tooLarge = overLimit(connection.flow.capabilities.get('APPENDLIMIT'), upload.size);
  if (tooLarge !== null) return { kind: 'refused', error: tooLarge };
  const octets = await takeOctets(upload);
  if (octets.kind === 'unsent') return octets;
  const send = async () => await sendAppend(connection, wire, upload, octets);
  return await connection.own.attend('APPEND', send, { extraMs: patienceMs(upload.size) });
}

function patienceMs(octets: number): number {
  return octets / slowestOctetsPerMs;
}

interface Sent {
  readonly answer: Promise<Answered>;
  readonly size: number;
  isAnswered: boolean;
}

/** What was sent, in its order, and what came of it. */
class OnWire {
  readonly #connection: ImapConnection;
  readonly #sent: Sent[] = [];
  #octets = 0;

  constructor(connection: ImapConnection) {
    this.#connection = connection;
  }

  get isEmpty(): boolean {
    return this.#sent.length === 0;
  }

  get isFull(): boolean {
    return this.#sent.length >= mostOnWire || this.#octets >= mostOctetsOnWire;
  }

  /** Of the oldest one. */
  get isAnswered(): boolean {
    return this.#sent[0]?.isAnswered === true;
  }

  add(sent: { readonly answer: Promise<StatusLine> } | Answered, size: number): void {
    if ('kind' in sent) {
      this.#sent.push({ answer: Promise.resolve(sent), size: 0, isAnswered: true });
      return;
    }
    const answer = sent.answer.then((line): Answered => ({ kind: 'answered', line }));
    const entry: Sent = { answer, size, isAnswered: false };
    answer.then(
      () => {
        entry.isAnswered = true;
      },
      () => {},
    );
    this.#sent.push(entry);
    this.#octets += size;
  }

  /** Of the oldest one. Throws lossError(). */
  async next(): Promise<Answered> {
    const [oldest] = this.#sent;
    if (oldest === undefined) throw this.#connection.lossError();
    const wait = async (): Promise<Answered> => await oldest.answer;
    const limits = { extraMs: patienceMs(this.#octets) };
    const answered = oldest.isAnswered
      ? await wait()
      : await this.#connection.own.attend('APPEND', wait, limits);
    this.#sent.shift();
    this.#octets -= oldest.size;
    return answered;
  }
}
