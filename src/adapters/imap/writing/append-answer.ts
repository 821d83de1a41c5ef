/** What the answer to an APPEND means: for the message, or for the folder that it should have gone to. */

import { RefusedError, type PosthornError } from '../../../errors.ts';
import type { Uploaded } from '../../../ports/receiving/mailbox-source.ts';
import { shown, targetFailure } from '../answers/failure.ts';
import {
  commandFailure,
  isAccountLimit,
  isTemporary,
  RefusedCommand,
  said,
  type Refusal,
} from '../answers/refusal.ts';
import type { StatusLine } from '../answers/status-line.ts';
import { refusalIn } from '../own-commands.ts';
import { appendedUid } from './copy-uid.ts';

export type Answered =
  | { readonly kind: 'answered'; readonly line: StatusLine }
  | Exclude<Uploaded, { kind: 'uploaded' }>;

/** RFC 5530, section 3, and RFC 3516, section 4.3: they are about the message, whatever becomes of others. */
const aboutMessage = new Set(['TOOBIG', 'CANNOT', 'LIMIT', 'UNKNOWN-CTE']);
const aboutFolder = new Set(['TRYCREATE', 'NONEXISTENT', 'NOPERM', 'OVERQUOTA']);

/** So many refusals without a reason, and nothing taken: the rest is not sent in vain. */
const mostDoubtful = 5;

/**
 * Some servers refuse without saying what it is about. Where they take another one, it was the message; where they take none, it
 * is the folder.
 */
export class AppendVerdicts {
  readonly #wire: string;
  #hasTaken = false;
  #held: Uploaded[] = [];
  #doubts: PosthornError[] = [];

  constructor(wire: string) {
    this.#wire = wire;
  }

  /** In the order of the messages. Throws what concerns more than one. */
  *of(answered: Answered): Generator<Uploaded> {
    this.#held.push(answered.kind === 'answered' ? this.#judge(answered.line) : answered);
    if (this.#doubts.length === 0 || this.#hasTaken) yield* this.#release();
    else if (this.#doubts.length >= mostDoubtful) this.end();
  }

  /** Throws where nothing but doubtful ones came. */
  end(): void {
    if (!this.#hasTaken && this.#doubts[0] !== undefined) throw this.#doubts[0];
  }

  *#release(): Generator<Uploaded> {
    yield* this.#held.splice(0);
  }

  #judge(line: StatusLine): Uploaded {
    const error = refusalIn(line);
    if (error === null) {
      this.#hasTaken = true;
      const { uid, uidValidity } = appendedUid(line) ?? { uid: null, uidValidity: null };
      return { kind: 'uploaded', uid, uidValidity };
    }
    if (!(error instanceof RefusedCommand)) throw error;
    const { refusal } = error;
    if (aboutMessage.has(refusal.code) && !isAccountLimit(refusal))
      return { kind: 'refused', error: this.#refused(refusal) };
    const ofFolder = targetFailure(error, `${this.#folder} takes no message`, this.#wire);
    if (aboutFolder.has(refusal.code) || isTemporary(refusal) || isAccountLimit(refusal))
      throw ofFolder;
    this.#doubts.push(ofFolder as PosthornError);
    return { kind: 'refused', error: this.#refused(refusal) };
  }

  #refused(refusal: Refusal): PosthornError {
    const what = `${this.#folder} does not take the message`;
    if (refusal.code !== 'CANNOT') return commandFailure(what, refusal, 'message');
    return new RefusedError(`${what}${said(refusal)}`, {
      reach: 'message',
      layer: 'session',
      remedy: 'The message stays here.',
    });
  }

  get #folder(): string {
    return `the folder ${shown(this.#wire)}`;
  }
}

/** RFC 7889: told before a large message is sent in vain. `limit`: as imapflow read the capability. */
export function overLimit(limit: number | boolean | undefined, size: number): PosthornError | null {
  if (typeof limit !== 'number' || limit === 0 || size <= limit) return null;
  return new RefusedError(
    `the server takes messages of at most ${limit} octets, this has ${size}`,
    {
      reach: 'message',
      layer: 'session',
      remedy: 'The message stays here.',
    },
  );
}
