/** A message's octets on their way to whoever reads them, and how many of all messages lie unread. */

import type { RemoteMessage } from '../../core/sync/message.ts';
import { RefusedError } from '../../errors.ts';
import type { ImapConnection } from './connection.ts';
import { commandFailure, RefusedCommand } from './failures.ts';
import { readFetch, type FetchedBody } from './fetch-answer.ts';
import { bodyPart, notGiven, partSize, type Arrival } from './fetch-batch.ts';
import { atom, sequence, type Answer } from './tokens.ts';

/** Octets held for bodies that were not read to their end yet. */
export class UnreadOctets {
  readonly #waiting = new Set<() => void>();
  #held = 0;

  get held(): number {
    return this.#held;
  }

  /** Returns the way to give them back; a second time does nothing. */
  hold(octets: number): () => void {
    let given = false;
    this.#held += octets;
    return () => {
      if (given) return;
      given = true;
      this.#held -= octets;
      for (const wake of [...this.#waiting]) wake();
    };
  }

  /**
   * Waits until at most `limit` are held, but never longer than `patienceMs`, as a body may have been dropped unread, and
   * not after `onLost` has called back.
   */
  async below(
    limit: number,
    patienceMs: number,
    onLost: (wake: () => void) => () => void,
  ): Promise<void> {
    if (this.#held <= limit) return;
    await new Promise<void>((resolve) => {
      const settle = (): void => {
        clearTimeout(timer);
        forget();
        this.#waiting.delete(check);
        resolve();
      };
      const check = (): void => {
        if (this.#held <= limit) settle();
      };
      const timer = setTimeout(settle, patienceMs);
      this.#waiting.add(check);
      let forget = (): void => {};
      forget = onLost(settle);
    });
  }
}

/** How many octets reading the body will hold at most. */
export function octetsHeld(arrival: Arrival): number {
  if (arrival.kind === 'broken') return 0;
  return arrival.octets.length + (arrival.kind === 'part' ? partSize : 0);
}

/** The octets of an arrival; `next` fetches the part that starts there. `release` is called once nothing is held any more. */
export function bodyOf(
  arrival: Arrival,
  next: (offset: number) => Promise<Buffer>,
  release: () => void,
): AsyncIterableIterator<Buffer> {
  const source = octetsOf(arrival, next);
  const finish = (result: IteratorResult<Buffer>): IteratorResult<Buffer> => {
    if (result.done === true) release();
    return result;
  };
  return {
    next: async () => {
      try {
        return finish(await source.next());
      } catch (error) {
        release();
        throw error;
      }
    },
    return: async () => finish(await source.return(undefined)),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* octetsOf(
  arrival: Arrival,
  next: (offset: number) => Promise<Buffer>,
): AsyncGenerator<Buffer, undefined> {
  if (arrival.kind === 'broken') throw arrival.error;
  if (arrival.kind === 'part') yield* parts(arrival.octets, arrival.asked, arrival.message, next);
  else if (arrival.octets.length > 0) yield arrival.octets;
  return undefined;
}

/**
 * Ends with the first part that is shorter than asked for; where the size on the list says that there should be more, and
 * where the last part was full, it asks once more, and nothing in the answer is the end. The next part is on its way while one
 * is read.
 */
async function* parts(
  first: Buffer,
  firstAsked: number,
  message: RemoteMessage,
  next: (offset: number) => Promise<Buffer>,
): AsyncGenerator<Buffer> {
  let [part, asked, offset] = [first, firstAsked, 0];
  for (;;) {
    offset += part.length;
    const short = part.length < asked && offset >= (message.size ?? 0);
    const ahead = short || part.length === 0 ? undefined : next(offset);
    ahead?.catch(() => {});
    if (part.length > 0) yield part;
    if (ahead === undefined) return;
    part = await ahead;
    asked = partSize;
  }
}

/** One part of a large message. Throws an error that reaches the message, or what ended the connection. */
export async function fetchPart(
  connection: ImapConnection,
  message: RemoteMessage,
  offset: number,
): Promise<Buffer> {
  let body: FetchedBody | undefined;
  const take = (answer: Answer): void => {
    const items = readFetch(answer);
    if (String(items.uid) === message.id && items.body !== undefined) body = items.body;
  };
  const items = [atom('UID'), bodyPart(offset, partSize)];
  try {
    await connection.run('UID FETCH', [sequence(message.id), items], { FETCH: take });
  } catch (error) {
    if (!(error instanceof RefusedCommand)) throw error;
    throw commandFailure('the server does not give the message', error.refusal, 'message');
  }
  return checkPart(body, offset);
}

function checkPart(body: FetchedBody | undefined, offset: number): Buffer {
  if (body === undefined) throw notGiven('it vanished while it was fetched');
  // Beyond the end some servers say NIL instead of an empty string.
  if (body.octets === null) return Buffer.alloc(0);
  if (body.damaged) throw notGiven('its octets came garbled');
  if (body.origin !== offset && body.octets.length > 0) {
    throw new RefusedError('the server does not give parts of a message', {
      reach: 'message',
      layer: 'session',
      remedy: 'Fetch this account by POP3.',
    });
  }
  return body.octets;
}
