/** Whose trouble it is that RETR was refused: the message's where the server gives others after it, else perhaps the server's. */

import type { ListedMail } from '../../core/maildrop/maildrop.ts';
import type { Retrieved } from '../../ports/receiving/maildrop-source.ts';
import { isNotNow, refusal, type Reply } from './reply.ts';

interface Refused {
  readonly mail: ListedMail;
  readonly reply: Reply;
}

export class Refusals {
  #held: Refused[] = [];
  #hasGiven = false;

  add(mail: ListedMail, reply: Reply): void {
    this.#held.push({ mail, reply });
  }

  /** The server gives a message: those that it refused before are those messages' own trouble. */
  given(): Retrieved[] {
    this.#hasGiven = true;
    return this.#release();
  }

  /**
   * All was asked for. Throws where the server means that it is not now, or gave nothing at all of several: that is no
   * message's trouble.
   */
  atEnd(): Retrieved[] {
    const all = this.#held;
    const busy = all.find(({ reply }) => isNotNow(reply));
    const blamed = busy ?? (!this.#hasGiven && all.length > 1 ? all[0] : undefined);
    if (blamed !== undefined) throw refusal('to give messages', blamed.reply, { layer: 'session' });
    return this.#release();
  }

  #release(): Retrieved[] {
    const held = this.#held;
    this.#held = [];
    return held.map(({ mail, reply }) => ({
      kind: 'refused',
      mail,
      error: refusal('to give the message', reply, { reach: 'message', retry: 'later' }),
    }));
  }
}
