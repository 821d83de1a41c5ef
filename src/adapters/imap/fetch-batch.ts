/** One group of messages asked for and taken in: which came, which are gone, which the server does not give. */

import { flagsFromImap } from '../../core/sync/flags.ts';
import type { RemoteMessage } from '../../core/sync/message.ts';
import { RefusedError, type PosthornError } from '../../errors.ts';
import { UnreadableAnswer, type ImapConnection } from './connection.ts';
import { commandFailure, isTemporary, RefusedCommand, said } from './failures.ts';
import { readFetch, type FetchedBody, type FetchedItems } from './fetch-answer.ts';
import type { FetchGroup } from './fetch-groups.ts';
import { searchUids } from './listing.ts';
import { atom, packSet, sequence, type Answer, type Token } from './tokens.ts';

/** Octets of one part of a large message. */
export const partSize = 1024 * 1024;
/**
 * Small messages are asked for up to here, not to their end: a server whose sizes are wrong then can't fill the memory,
 * and what is longer goes on in parts.
 */
const smallPart = 2 * partSize;

type Content =
  | { readonly kind: 'whole'; readonly octets: Buffer }
  /** There is more, or may be: `asked` octets were asked for. */
  | { readonly kind: 'part'; readonly octets: Buffer; readonly asked: number }
  | { readonly kind: 'broken'; readonly error: PosthornError };

/** What came of one message. */
export type Arrival = Content & { readonly message: RemoteMessage };

/** In the order of the group; messages that are gone are left out. With an error, what arrived before it. */
export interface Batch {
  readonly arrivals: readonly Arrival[];
  readonly error: unknown;
}

/** Never rejects. */
export async function fetchBatch(connection: ImapConnection, group: FetchGroup): Promise<Batch> {
  const intake = new Intake(connection, group.kind === 'large');
  let error: unknown;
  try {
    await intake.all(group.messages);
  } catch (thrown) {
    error = thrown;
  }
  const arrivals = group.messages
    .map((message) => intake.arrived.get(message.id))
    .filter((arrival) => arrival !== undefined);
  return { arrivals, error };
}

class Intake {
  readonly arrived = new Map<string, Arrival>();
  readonly #connection: ImapConnection;
  readonly #large: boolean;
  readonly #asked: number;

  constructor(connection: ImapConnection, large: boolean) {
    this.#connection = connection;
    this.#large = large;
    this.#asked = large ? partSize : smallPart;
  }

  /** Asks for all at once; for those that did not come once more, one by one, unless they are gone. */
  async all(messages: readonly RemoteMessage[]): Promise<void> {
    let refusal: unknown;
    try {
      await this.#ask(messages);
    } catch (error) {
      refusal = recoverable(error);
    }
    const missing = messages.filter((message) => !this.arrived.has(message.id));
    if (missing.length === 0) return;
    if (messages.length > 1) {
      for (const message of await this.#stillThere(missing)) await this.all([message]);
    } else {
      for (const message of await this.#stillThere(missing)) this.#breakOff(message, refusal);
    }
  }

  /**
   * Takes in what comes, also when the command fails at its end. A FETCH without a body may be news of a flag, sent in
   * between (RFC 9051, section 7.5.2), so the parts of an answer are put together by UID.
   */
  async #ask(messages: readonly RemoteMessage[]): Promise<void> {
    const wanted = new Map(messages.map((message) => [Number(message.id), message]));
    const known = new Map<number, FetchedItems>();
    const take = (answer: Answer): void => {
      const items = readFetch(answer);
      if (items.uid === undefined || !wanted.has(items.uid)) return;
      known.set(items.uid, { ...known.get(items.uid), ...items });
    };
    const uids = [...wanted.keys()].sort((a, b) => a - b);
    const items = [...['UID', 'FLAGS', 'INTERNALDATE'].map(atom), bodyPart(0, this.#asked)];
    try {
      await this.#connection.run('UID FETCH', [sequence(packSet(uids)), items], { FETCH: take });
    } finally {
      for (const [uid, message] of wanted) this.#settle(message, known.get(uid));
    }
  }

  #settle(listed: RemoteMessage, items: FetchedItems | undefined): void {
    if (items?.body === undefined) return;
    const message = refresh(listed, items);
    this.arrived.set(listed.id, { message, ...this.#judge(items.body, listed.size) });
  }

  #judge({ octets, origin, damaged }: FetchedBody, size: number | null): Content {
    if (damaged) return { kind: 'broken', error: notGiven('its octets came garbled') };
    const isEmpty = octets === null || octets.length === 0;
    if (isEmpty && size !== 0)
      return { kind: 'broken', error: notGiven('it answers with nothing') };
    if (octets === null) return { kind: 'whole', octets: Buffer.alloc(0) };
    const asked = this.#asked;
    // Without an origin the server did not see that a part was asked for, and sent all it has.
    const full = octets.length === asked || (octets.length > asked && origin !== null);
    const short = this.#large && origin !== null && size !== null && octets.length < size;
    return full || short ? { kind: 'part', octets, asked } : { kind: 'whole', octets };
  }

  /** A message that did not come is gone, if SEARCH does not know it either. */
  async #stillThere(messages: readonly RemoteMessage[]): Promise<RemoteMessage[]> {
    const uids = messages.map((message) => Number(message.id)).sort((a, b) => a - b);
    const found = new Set(
      await searchUids(this.#connection, [atom('UID'), sequence(packSet(uids))]),
    );
    return messages.filter((message) => found.has(Number(message.id)));
  }

  #breakOff(message: RemoteMessage, refusal: unknown): void {
    const why = refusal instanceof RefusedCommand ? said(refusal.refusal) : '';
    const error = notGiven(why === '' ? 'it leaves it out' : `it says${why}`);
    this.arrived.set(message.id, { message, kind: 'broken', error });
  }
}

/** A refusal or an unreadable line may be one message's; what speaks of the folder or the connection is thrown on. */
function recoverable(error: unknown): unknown {
  if (error instanceof UnreadableAnswer) return error;
  if (!(error instanceof RefusedCommand)) throw error;
  if (!isTemporary(error.refusal)) return error;
  throw commandFailure('the server gives no messages now', error.refusal, 'folder');
}

function refresh(listed: RemoteMessage, items: FetchedItems): RemoteMessage {
  return {
    ...listed,
    flags: items.flags === undefined ? listed.flags : flagsFromImap(items.flags),
    internalDate: items.internalDate ?? listed.internalDate,
  };
}

export function bodyPart(offset: number, length: number): Token {
  return { ...atom('BODY.PEEK'), section: [], partial: [offset, length] };
}

export function notGiven(why: string): PosthornError {
  return new RefusedError(`the server does not give the message: ${why}`, {
    reach: 'message',
    retry: 'later',
    layer: 'session',
    remedy: 'Look at the message in webmail; it may be damaged on the server.',
  });
}
