/** Takes the socket from imapflow between two commands, and hands it back in step. */

import { setImmediate as turn } from 'node:timers/promises';
import type { Socket } from 'node:net';
import type { Transform } from 'node:stream';
import { InternalError } from '../../../errors.ts';
import type { ImapConnection } from '../connection.ts';

/** Where imapflow's stream stands between two answers, and what it holds of one that has not come to its end. */
interface Parser extends Transform {
  state: number;
  inputBuffer: Buffer[];
  literals: Buffer[];
  lineBuffer: Buffer[];
  lineBytes: number;
  literalBuffer: Buffer[];
  literalWaiting: number;
  responseBytes: number;
}

/** What imapflow keeps to itself. */
interface Inner {
  readonly socket: Socket | null;
  readonly streamer: Parser;
  readonly currentRequest: unknown;
  readonly requestQueue: readonly unknown[];
  readonly reading: boolean;
  tagCounter: number;
  byeReason: string | undefined;
}

/** The state of its parser between lines. */
const atLine = 1;

/** Far more than what was read at once can hold. */
const mostTurns = 100_000;

/**
 * While it is borrowed, nobody may run a command on the connection. imapflow's listeners for the socket's errors and its
 * end stay where they are, so that the connection is lost for all who wait for it.
 */
export class BorrowedSocket {
  readonly socket: Socket;
  /** What had been read of an answer that is not at its end. */
  readonly readAhead: Buffer;
  readonly #inner: Inner;
  #draining = false;

  private constructor(inner: Inner, socket: Socket, readAhead: Buffer) {
    this.#inner = inner;
    this.socket = socket;
    this.readAhead = readAhead;
  }

  /** The socket is paused then. Throws lossError(); InternalError where a command is running. */
  static async take(connection: ImapConnection): Promise<BorrowedSocket> {
    const inner = connection.flow as unknown as Inner;
    const { socket, streamer } = inner;
    if (connection.lost || socket === null) throw connection.lossError();
    if (isBusy(inner)) throw busy();
    socket.unpipe(streamer);
    await untilQuiet(connection, inner);
    return new BorrowedSocket(inner, socket, takeUnfinished(streamer));
  }

  /** A tag that imapflow will not use: its own are hexadecimal. */
  nextTag(): string {
    this.#inner.tagCounter += 1;
    return `P${this.#inner.tagCounter.toString(10)}`;
  }

  /**
   * Gives imapflow whole answers that are its business: BYE, ALERT, CAPABILITY. False where it has enough for now;
   * `onDrained` is called once it takes more.
   */
  pass(answers: Buffer, onDrained: () => void): boolean {
    const { streamer } = this.#inner;
    if (streamer.destroyed || streamer.write(answers)) return true;
    if (!this.#draining)
      streamer.once('drain', () => {
        this.#draining = false;
        onDrained();
      });
    this.#draining = true;
    return false;
  }

  /** The server hangs up, with these words: imapflow may not come to read them before the socket is closed. */
  hungUp(words: string): void {
    this.#inner.byeReason ??= words;
    this.pass(Buffer.from(`* BYE ${words} \r\n`), () => {});
  }

  /** `rest` was read behind the last answer to a command of ours. */
  giveBack(rest: Buffer): void {
    if (this.socket.destroyed || this.#inner.streamer.destroyed) return;
    if (rest.length > 0) this.#inner.streamer.write(rest);
    this.socket.pipe(this.#inner.streamer);
  }
}

/** What the parser has been given is on its way through it, an answer a turn or so. */
async function untilQuiet(connection: ImapConnection, inner: Inner): Promise<void> {
  const { streamer } = inner;
  const isQuiet = (): boolean =>
    streamer.writableLength === 0 && streamer.readableLength === 0 && !inner.reading;
  for (let turns = 0; !connection.lost && !isQuiet(); turns += 1) {
    if (turns === mostTurns) throw busy();
    await turn();
  }
  if (connection.lost) throw connection.lossError();
}

function busy(): InternalError {
  return new InternalError('messages were asked for while a command was running');
}

function isBusy({ currentRequest, requestQueue }: Inner): boolean {
  return Boolean(currentRequest) || requestQueue.length > 0;
}

/** The octets in the order in which they came: each line that announces a literal is followed by it. */
function takeUnfinished(parser: Parser): Buffer {
  const { inputBuffer, literals, lineBuffer, literalBuffer } = parser;
  const begun = inputBuffer.flatMap((line, at) => [line, literals[at] ?? Buffer.alloc(0)]);
  parser.inputBuffer = [];
  parser.literals = [];
  parser.lineBuffer = [];
  parser.literalBuffer = [];
  parser.lineBytes = 0;
  parser.literalWaiting = 0;
  parser.responseBytes = 0;
  parser.state = atLine;
  return Buffer.concat([...begun, ...literalBuffer, ...lineBuffer]);
}
